"""Refusals: each carries the sentence its reader sees; lms.shell.errors renders them in one place."""

from __future__ import annotations


def N_(message: str) -> str:
    """Mark a sentence for translation where nothing may translate yet; the edge does it when it renders."""
    return message


class Refusal(Exception):
    """Something that the actor asked for and does not get, with a sentence (an Indonesian msgid) that says why.

    `values` fill the sentence's placeholders after it was translated, so one sentence serves every language.
    """

    status = 400

    def __init__(self, message: str = "", **values: object) -> None:
        super().__init__(message)
        self.message = message or self.default
        self.values = values

    default = N_("Permintaan ini tidak dapat dikerjakan.")

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class NotFound(Refusal):
    """It does not exist, or the actor may not know that it does."""

    status = 404
    default = N_("Halaman atau data ini tidak ditemukan.")


class Forbidden(Refusal):
    """The actor may know of it but may not do this."""

    status = 403
    default = N_("Anda tidak memiliki wewenang untuk membuka atau mengubah ini.")


class Conflict(Refusal):
    """The state of things does not allow it (any more)."""

    status = 409
    default = N_("Data ini sudah berubah. Muat ulang halaman, lalu coba lagi.")


class Invalid(Refusal):
    """What was sent is not right; `field` names the part, so that the form can say it there."""

    status = 422
    default = N_("Isian belum benar. Periksa lagi bagian yang ditandai.")

    def __init__(self, message: str = "", *, field: str | None = None, **values: object) -> None:
        super().__init__(message, **values)
        self.field = field


class TooMany(Refusal):
    """Tried too often; `retry_after` is in seconds."""

    status = 429
    default = N_("Terlalu banyak percobaan. Tunggu %(minutes)s menit, lalu coba lagi.")

    def __init__(self, message: str = "", *, retry_after: int, **values: object) -> None:
        super().__init__(message, minutes=max(1, -(-retry_after // 60)), **values)
        self.retry_after = retry_after


class Busy(Refusal):
    """The server cannot do it right now, but will soon; `retry_after` is in seconds."""

    status = 503
    default = N_("Data Anda aman. Coba lagi dalam beberapa saat.")

    def __init__(self, message: str = "", *, retry_after: int = 2, **values: object) -> None:
        super().__init__(message, **values)
        self.retry_after = retry_after

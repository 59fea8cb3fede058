"""Why a file is refused: one sentence for each reason, and the exception that carries it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from lms.errors import N_, Invalid


class Reason(Enum):
    """The value is the sentence that the person who uploads reads; %(name)s are filled in by `FileRefusal`."""

    EMPTY = N_("Berkas ini kosong. Periksa berkas di perangkat Anda, lalu unggah ulang.")
    UNKNOWN = N_(
        "Jenis berkas ini tidak diterima. Gunakan gambar, PDF, Word (.docx), PowerPoint (.pptx), Excel (.xlsx), "
        "teks, takarir, audio, video, atau ZIP."
    )
    NAME_AND_BYTES_DIFFER = N_(
        "Nama berkas berakhiran .%(named)s, tetapi isinya %(found)s. Simpan ulang dari aplikasi asalnya, "
        "lalu unggah berkas yang baru."
    )
    NOT_AS_NAMED = N_(
        "Nama berkas berakhiran .%(named)s, tetapi isinya rusak atau jenis lain. Buka berkas itu di perangkat Anda, "
        "simpan ulang dari aplikasi asalnya, lalu unggah berkas yang baru."
    )
    ACTIVE_TEXT = N_(
        "Berkas ini berisi halaman web, gambar SVG, atau skrip, yang dapat menjalankan perintah di perangkat pembaca. "
        "Simpan sebagai PDF atau gambar PNG, lalu unggah ulang."
    )
    EXECUTABLE = N_(
        "Berkas ini adalah program. Program tidak dapat diunggah; unggah dokumen, gambar, atau video."
    )
    MACRO = N_(
        "Dokumen ini memuat makro atau kontrol aktif. Simpan ulang sebagai dokumen tanpa makro "
        "(.docx, .pptx, atau .xlsx), lalu unggah berkas yang baru."
    )
    PASSWORD = N_(
        "Berkas ini dikunci dengan kata sandi. Buka kuncinya, simpan ulang, lalu unggah berkas yang baru."
    )
    OLD_OFFICE = N_(
        "Dokumen ini memakai format Office lama (.doc, .ppt, atau .xls). Simpan ulang sebagai "
        ".docx, .pptx, atau .xlsx, lalu unggah berkas yang baru."
    )
    HEIC = N_("Foto HEIC belum dapat dibaca. Simpan sebagai JPEG, lalu unggah ulang.")
    DAMAGED = N_(
        "Berkas ini rusak atau terpotong sehingga tidak dapat dibaca. Buka berkas di perangkat Anda, "
        "simpan ulang, lalu unggah lagi."
    )
    TOO_LARGE = N_(
        "Isi berkas ini terlalu besar untuk diolah. Bagi menjadi beberapa berkas, lalu unggah satu per satu."
    )
    TOO_MANY_PIXELS = N_("Gambar ini terlalu besar untuk diolah. Perkecil ukurannya, lalu unggah ulang.")
    TOO_MANY_PAGES = N_(
        "Dokumen ini memiliki %(pages)s halaman, lebih dari batas %(limit)s. "
        "Bagi menjadi beberapa berkas, lalu unggah satu per satu."
    )
    NO_PAGES = N_("Dokumen ini tidak memuat halaman atau teks. Periksa isinya, lalu unggah ulang.")
    TOO_MANY_ENTRIES = N_("Arsip ini memuat lebih dari %(limit)s berkas. Bagi menjadi beberapa arsip.")
    UNSAFE_NAME = N_(
        "Arsip ini memuat nama berkas yang menunjuk ke luar arsip. Buat ulang arsipnya, lalu unggah lagi."
    )
    SAME_NAME = N_(
        "Arsip ini memuat dua berkas dengan nama yang sama. Buat ulang arsipnya, lalu unggah lagi."
    )
    LINK = N_(
        "Arsip ini memuat tautan ke berkas lain. Buat ulang arsip dengan berkas aslinya, lalu unggah lagi."
    )
    BOMB = N_("Isi arsip ini mengembang jauh melebihi ukurannya, sehingga tidak dibuka. Buat ulang arsipnya.")
    NESTED = N_(
        "Arsip ini memuat arsip di dalam arsip yang terlalu dalam. Keluarkan isinya, lalu buat satu arsip saja."
    )
    UNSAFE_XML = N_(
        "Dokumen ini memuat rujukan ke luar berkas yang tidak aman. Simpan ulang dari Word atau PowerPoint, "
        "lalu unggah berkas yang baru."
    )
    NOT_CAPTIONS = N_("Berkas ini bukan takarir WebVTT. Baris 1 harus diawali WEBVTT.")
    CAPTION_TIME = N_(
        "Waktu pada baris %(line)s tidak dapat dibaca. Contoh yang benar: 00:01:05.000 --> 00:01:08.500"
    )
    CAPTION_ORDER = N_("Waktu selesai pada baris %(line)s harus setelah waktu mulai.")
    CAPTION_ORPHAN = N_("Teks pada baris %(line)s tidak didahului waktu tampil.")
    NO_CUES = N_("Takarir ini tidak memuat teks. Periksa isinya, lalu unggah ulang.")
    NOT_UTF8 = N_(
        "Teks ini tidak tersimpan sebagai UTF-8. Simpan ulang dengan penyandian UTF-8, lalu unggah lagi."
    )


class FileRefusal(Invalid):
    """A file that is not taken in; `reason` says why, `str()` is the Indonesian sentence."""

    def __init__(self, reason: Reason, **values: object) -> None:
        super().__init__(reason.value)
        self.values = values
        self.reason = reason


@contextmanager
def refusing(reason: Reason) -> Iterator[None]:
    """Whatever a third-party parser raises over a hostile file becomes this one refusal; the fault stays its cause.

    Parsers raise anything from KeyError to RecursionError there, so the net is as wide as can be, and only here.
    """
    try:
        yield
    except FileRefusal:
        raise
    except Exception as fault:
        raise FileRefusal(reason) from fault

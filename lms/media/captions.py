"""Captions: WebVTT and SubRip read into cues, cues written back, and the transcript that readers and search get."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from lms.media.refusals import FileRefusal, Reason

MOST_CUES = 20_000  # ten hours of talk
LARGEST = 4 * 1024 * 1024
_CLOCK = r"(?:\d{1,2}:)?[0-5]?\d:[0-5]\d[.,]\d{1,3}"
_TIMING = re.compile(rf"\s*({_CLOCK})\s*-->\s*({_CLOCK})(?:\s.*)?")
_ARROW = "-->"
_TAG = re.compile(r"</?[a-z][^<>]*>|<\d[\d:.]*>", re.IGNORECASE)
_OVERRIDE = re.compile(r"\{\\[^}]*\}")  # positions in the manner of SubStation, which many SubRip files carry
_NOT_A_CUE = re.compile(r"(NOTE|STYLE|REGION)(\s|$)")
_PAUSE = 4000  # ms of silence that begin a new paragraph of the transcript
_LONG_PARAGRAPH = 400  # characters, after which a sentence's end begins one too
_LONG_LINE = 120  # characters, after which a line to be tapped ends without waiting for its sentence's end
_SENTENCE_END = (".", "?", "!", "…")


@dataclass(frozen=True)
class Cue:
    """What is shown from `start` until `end` (ms); `text` is plain, one to few lines."""

    start: int
    end: int
    text: str


def decoded(data: bytes) -> str:
    """Caption files are UTF-8, with or without a byte order mark."""
    if len(data) > LARGEST:
        raise FileRefusal(Reason.TOO_LARGE)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise FileRefusal(Reason.NOT_UTF8) from fault


def from_vtt(text: str) -> list[Cue]:
    """The cues of a WebVTT file; styles, notes and positions are left out. Refusals name the line."""
    blocks = list(_blocks(text))
    if not blocks or blocks[0][0][0] != 1 or not re.match(r"WEBVTT(\s|$)", blocks[0][0][1]):
        raise FileRefusal(Reason.NOT_CAPTIONS)
    header = blocks[0][1:]
    rest = blocks[1:] if all(_ARROW not in line for _, line in header) else [header, *blocks[1:]]
    return _cues([block for block in rest if not _NOT_A_CUE.match(block[0][1])], _plain_vtt)


def from_srt(text: str) -> list[Cue]:
    """The cues of a SubRip file, formatting left out. Refusals name the line."""
    return _cues(list(_blocks(text)), _plain_srt)


def to_vtt(cues: Iterable[Cue]) -> str:
    """A WebVTT file that any player takes; `from_vtt` gives the same cues back."""
    written = (
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{html.escape(_filled_lines(cue.text), quote=False)}\n"
        for cue in cues
    )
    return "\n".join(["WEBVTT\n", *written])


def to_srt(cues: Iterable[Cue]) -> str:
    """A SubRip file, for tools that know nothing else. It has no way to write "<b>" that is not a tag."""
    return "\n".join(
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{_filled_lines(cue.text)}\n"
        for number, cue in enumerate(cues, start=1)
    )


def transcript(cues: Sequence[Cue]) -> str:
    """Everything that is said, one line a paragraph, in the order of time; repeated lines of rolling captions once."""
    paragraphs: list[str] = []
    last_end = -_PAUSE
    last = ""
    for cue in sorted(cues, key=lambda cue: (cue.start, cue.end)):
        said = " ".join(cue.text.split())
        if said != last:
            _say(paragraphs, said, paused=cue.start - last_end >= _PAUSE)
        last, last_end = said, cue.end
    return "\n".join(paragraphs)


def lines(cues: Iterable[Cue]) -> list[Cue]:
    """What is said in pieces to be read and tapped: about a sentence each, from where it begins until it ends."""
    pieces: list[Cue] = []
    before = ""
    for cue in sorted(cues, key=lambda cue: (cue.start, cue.end)):
        said = " ".join(cue.text.split())
        if said != before:
            _add_line(pieces, Cue(cue.start, cue.end, said))
        before = said
    return pieces


def _add_line(pieces: list[Cue], cue: Cue) -> None:
    last = pieces[-1] if pieces else None
    if last is None or _is_whole(last.text) or cue.start - last.end >= _PAUSE:
        pieces.append(cue)
    else:
        pieces[-1] = Cue(last.start, max(last.end, cue.end), f"{last.text} {cue.text}")


def _is_whole(text: str) -> bool:
    return text.endswith(_SENTENCE_END) or len(text) > _LONG_LINE


def _say(paragraphs: list[str], said: str, *, paused: bool) -> None:
    current = paragraphs[-1] if paragraphs else ""
    if not current or paused or (len(current) > _LONG_PARAGRAPH and current.endswith(_SENTENCE_END)):
        paragraphs.append(said)
    else:
        paragraphs[-1] = f"{current} {said}"


_Line = tuple[int, str]  # its number in the file, from 1


def _blocks(text: str) -> Iterator[list[_Line]]:
    """Runs of lines between blank ones."""
    lines = re.split(r"\r\n|\r|\n", text.removeprefix("\ufeff").replace("\0", "\ufffd"))
    for filled, run in groupby(enumerate(lines, start=1), key=lambda line: bool(line[1].strip())):
        if filled:
            yield list(run)


def _cues(blocks: list[list[_Line]], plain: Callable[[str], str]) -> list[Cue]:
    if len(blocks) > MOST_CUES:
        raise FileRefusal(Reason.TOO_LARGE)
    cues = [cue for block in blocks if (cue := _cue(block, plain)).text]
    if not cues:
        raise FileRefusal(Reason.NO_CUES)
    return cues


def _cue(block: list[_Line], plain: Callable[[str], str]) -> Cue:
    named = _ARROW not in block[0][1] and len(block) > 1 and _ARROW in block[1][1]
    (number, timing), *lines = block[1:] if named else block
    if _ARROW not in timing:
        raise FileRefusal(Reason.CAPTION_ORPHAN, line=number)
    times = _TIMING.fullmatch(timing)
    if times is None:
        raise FileRefusal(Reason.CAPTION_TIME, line=number)
    start, end = map(_milliseconds, times.groups())
    if end <= start:
        raise FileRefusal(Reason.CAPTION_ORDER, line=number)
    return Cue(start, end, _filled_lines(plain("\n".join(line for _, line in lines))))


def _plain_vtt(text: str) -> str:
    return html.unescape(_TAG.sub("", text))


def _plain_srt(text: str) -> str:
    return _OVERRIDE.sub("", _TAG.sub("", text))


def _filled_lines(text: str) -> str:
    """A blank line would end the cue."""
    return "\n".join(filter(None, map(str.strip, text.splitlines())))


def _milliseconds(clock: str) -> int:
    *hours, minutes, rest = clock.replace(",", ".").split(":")
    seconds, fraction = rest.split(".")
    whole = int(hours[0] if hours else 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole * 1000 + int(fraction.ljust(3, "0"))


def _clock(milliseconds: int, point: str) -> str:
    seconds, fraction = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{fraction:03}"

"""Whatever somebody brings → plans of courses: which format it is, and where its courses lie."""

from __future__ import annotations

from pathlib import PurePosixPath

from courses.exchange import articles, skillverse
from courses.exchange.format import COURSE, read_course
from courses.exchange.plan import CoursePlan
from courses.exchange.sources import Below, Files
from lms.errors import N_, Invalid

MOST_COURSES = 50

# Each course with the files that it is made of.
Planned = tuple[CoursePlan, Files]


def read(files: Files, name: str) -> list[Planned]:
    """Every course in a folder or archive called `name`. Raises Invalid when there is none, or one is wrong."""
    names = files.names()
    ours = [(folder, read_course) for folder in _folders(names, COURSE)]
    skill = [(folder, skillverse.read_course) for folder in _folders(names, skillverse.INFO)]
    found = [(folder, reader) for folder, reader in [*ours, *skill]]
    if len(found) > MOST_COURSES:
        raise Invalid(
            N_("Arsip ini memuat lebih dari %(limit)s kursus. Bagi menjadi beberapa arsip."),
            limit=MOST_COURSES,
        )
    if found:
        return [
            (reader(Below(files, folder)), Below(files, folder))
            for folder, reader in sorted(found, key=lambda f: f[0])
        ]
    for folder in sorted({str(PurePosixPath(n).parent) for n in names}, key=lambda f: (f.count("/"), f)):
        below = Below(files, "" if folder == "." else folder)
        if articles.names_of(below):
            return [(articles.read_course(below, _called(folder, name)), below)]
    raise Invalid(
        N_(
            "Tidak ada kursus yang dikenali. Isinya harus memuat course.json, info.json, atau artikel Markdown."
        )
    )


def _folders(names: list[str], marker: str) -> list[str]:
    """The folders that hold a marker file, "" for the top; those inside another such folder belong to it."""
    found = sorted(str(PurePosixPath(n).parent) for n in names if PurePosixPath(n).name == marker)
    folders = ["" if folder == "." else folder for folder in found]
    return [
        f
        for f in folders
        if not any(f != other and (not other or f.startswith(f"{other}/")) for other in folders)
    ]


def _called(folder: str, name: str) -> str:
    stem = PurePosixPath(folder).name if folder != "." else PurePosixPath(name).name.removesuffix(".zip")
    words = stem.replace("-", " ").replace("_", " ").strip() or N_("Kumpulan artikel")
    return words[:1].upper() + words[1:200]

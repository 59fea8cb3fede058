"""Static files as they are built for a phone on a slow network."""

import gzip
from pathlib import Path

from lms.shell import assets


def make(root: Path, **sheets: str) -> Path:
    (root / "static/css").mkdir(parents=True)
    for name, text in sheets.items():
        (root / f"static/css/{name}.css").write_text(text)
    return root


def test_a_built_sheet_holds_those_it_imports_so_that_a_page_asks_once(tmp_path: Path) -> None:
    root = make(tmp_path, base='/* all */\n@import url("tokens.css");\nb { }\n', tokens=":root { }\n" * 99)
    built = assets.build(root, "v1")
    whole = (built / "css/base.css").read_text()
    assert whole == "/* all */\n" + ":root { }\n" * 99 + "\nb { }\n"
    assert gzip.decompress((built / "css/base.css.gz").read_bytes()).decode() == whole
    assert "@import" in (root / "static/css/base.css").read_text()


def test_our_own_built_sheets_ask_for_no_other(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "static/css"
    root = make(tmp_path, **{file.stem: file.read_text() for file in source.glob("*.css")})
    for sheet in (assets.build(root, "v1") / "css").glob("*.css"):
        assert "@import" not in sheet.read_text()


def test_only_the_newest_versions_are_kept_for_pages_still_open(tmp_path: Path) -> None:
    root = make(tmp_path, base="b { }")
    for version in ("v1", "v2", "v3", "v4"):
        assets.build(root, version)
    kept = {folder.name for folder in (root / "build/static").iterdir()}
    assert len(kept) == assets.KEPT_VERSIONS
    assert "v4" in kept

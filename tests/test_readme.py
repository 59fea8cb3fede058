"""The README tells the truth: its map is the tree, its settings are the code's."""

from __future__ import annotations

import json
import re
from pathlib import Path

from lms.config import PREFIX, SETTINGS
from lms.storage.s3 import agreement

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_documented_and_no_other() -> None:
    documented = set(re.findall(rf"^\| `({PREFIX}\w+)` \|", README, re.MULTILINE))
    assert documented == {PREFIX + name.upper() for name in SETTINGS}


def test_every_setting_says_what_it_is_for() -> None:
    for name, setting in SETTINGS.items():
        assert f"| `{PREFIX}{name.upper()}` |" in README
        assert setting.says in README


def test_every_default_is_the_one_in_force() -> None:
    rows = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| (.+?) \|", README, re.MULTILINE))
    for name, setting in SETTINGS.items():
        several = isinstance(setting.default, tuple) and setting.default  # a list is described, not printed
        plain = (
            "**required**"
            if setting.required
            else f"`{setting.default}`"
            if setting.default not in ("", ())
            else "–"
        )
        assert several or rows[name.upper()] == plain, name


def test_every_setting_that_is_shown_in_use_exists() -> None:
    shown = {name.removesuffix("_FILE") for name in re.findall(rf"^({PREFIX}\w+)=", README, re.MULTILINE)}
    assert shown
    assert shown <= {PREFIX + name.upper() for name in SETTINGS}


def test_every_folder_of_the_two_halves_is_on_the_map() -> None:
    for half in ("lms", "courses"):
        for folder in (ROOT / half).iterdir():
            if (folder / "__init__.py").exists():
                assert f"`{half}/{folder.name}/`" in README, folder.name


def test_every_path_on_the_map_exists() -> None:
    named = re.findall(r"`((?:lms|courses|tests|templates|static|migrations)/[\w/.]*)`", README)
    for path in named:
        assert (ROOT / path).exists() or "<" in path, path


def test_every_picture_exists() -> None:
    for path in re.findall(r"\]\(([^)]+\.png)\)", README):
        assert (ROOT / path).is_file(), path


def test_what_a_bucket_must_allow_is_what_the_command_sets() -> None:
    (shown,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    assert json.loads(shown) == agreement(["https://bina.contoh.go.id"])

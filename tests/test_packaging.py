"""An installation from a wheel has what the application reads beside its modules: pages, styles, migrations, words."""

from __future__ import annotations

import re
import subprocess
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READ = re.compile(r"""(?:ROOT|root|root_path\)?)\s*/\s*"(\w+)\"""")


def wanted() -> list[str]:
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return [name.rstrip("*") for name in config["options.packages.find"]["include"].split()]


def test_every_folder_that_the_code_reads_is_installed() -> None:
    files = [file for top in ("lms", "courses") for file in (ROOT / top).rglob("*.py")]
    named = {name for file in files for name in READ.findall(file.read_text(encoding="utf-8"))}
    assert {"static", "migrations"} <= named
    made = {"build"}  # by `flask assets build`, where it is installed
    assert {name for name in named - made if (ROOT / name).is_dir()} | {"templates"} <= set(wanted())


def test_every_tracked_file_of_these_folders_comes_along() -> None:
    """Folders of any name count as packages, and all that is in them as data."""
    text = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    assert "packages = find_namespace:" in text
    assert "[options.package_data]\n* = *" in text
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folders = {name.rpartition("/")[0] for name in tracked.splitlines() if name.split("/")[0] in wanted()}
    # setuptools takes a dot in the name of a folder for the end of a package.
    assert not [folder for folder in folders if "." in folder]


def test_the_source_archive_holds_them_too() -> None:
    manifest = (ROOT / "MANIFEST.in").read_text(encoding="utf-8")
    assert all(f"graft {name}" in manifest for name in wanted())
    assert (ROOT / "SECURITY.md").is_file()

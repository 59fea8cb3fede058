"""Half a gigabyte from a phone whose link breaks twenty times: the browser's own uploader, straight to Ceph's gateway."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect
from sqlalchemy.engine import URL

from lms.media.models import MediaState
from lms.media.parts import checksum_of
from tests.media.files import MP4
from tests.media.link import Link
from tests.media.page import Site, chromium, site
from tests.storage.engines import Engine, s3_settings

pytestmark = pytest.mark.browser

MB = 1000 * 1000
SIZE = 500 * MB
CUTS = 20
RESENT = 0.05  # of the file, with everything that HTTP adds


@pytest.fixture
def film(tmp_path: Path) -> Iterator[Path]:
    """No two stretches of it are alike, so that none can take the place of another."""
    file = tmp_path / "rekaman-rapat.mp4"
    with file.open("wb") as out:
        out.write(MP4)
        for number in range((SIZE - len(MP4)) // MB + 1):
            out.write(random.Random(number).randbytes(1000) * (MB // 1000))
        out.truncate(SIZE)
    yield file
    file.unlink()


@pytest.fixture
def link() -> Iterator[Link]:
    made = Link([SIZE * (2 * cut + 1) // (2 * CUTS) for cut in range(CUTS)])
    yield made
    made.close()


@pytest.fixture
def here(template_database: URL, tmp_path: Path, rgw: Engine, link: Link) -> Iterator[Site]:
    direct = str(rgw.store.url("x", seconds=60, content_type="x")).partition("/bina/")[0]
    public = f"http://127.0.0.1:{link.to(urlsplit(direct).port or 0)}"
    settings: dict[str, Any] = s3_settings(direct, s3_public_endpoint=public)
    with site(template_database, tmp_path, front=link.to, **settings) as made:
        rgw.store.prepare([made.base])
        yield made


def test_half_a_gigabyte_arrives_over_a_link_that_breaks_twenty_times(
    here: Site, link: Link, film: Path, tmp_path: Path
) -> None:
    with chromium() as browser:
        context = browser.new_context(viewport={"width": 360, "height": 740}, locale="id-ID")
        here.sign_in(context)
        page = context.new_page()
        page.goto(f"{here.base}/uji")
        before = link.sent
        page.set_input_files("input[type=file]", film)
        expect(page.locator("[data-note]")).to_have_text("Sedang disiapkan.", timeout=600_000)
        resent = (link.sent - before) / SIZE - 1
    [media] = here.files()
    assert media.state is MediaState.STORED
    assert link.broken == CUTS
    assert resent <= RESENT
    stored = tmp_path / "stored"
    here.app.extensions["store"].fetch(media.key, stored)
    with stored.open("rb") as there, film.open("rb") as sent:
        assert checksum_of(there, media.part_size) == checksum_of(sent, media.part_size) == media.checksum
    stored.unlink()
    here.app.extensions["store"].delete(media.key)

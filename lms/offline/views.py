"""What makes Bina an application of the phone: manifest, worker, the page without a network."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, url_for
from flask_babel import gettext as _

from lms.access import ANYONE, needs
from lms.offline.protocol import PROTOCOL
from lms.offline.storable import mark

blueprint = Blueprint("offline", __name__)
blueprint.after_app_request(mark)

# What the service worker is made of, in one text: a worker may not import under our content policy.
WORKER = ("worker-keep.js", "worker-answer.js", "push-worker.js")
ICONS = (("192", "any"), ("512", "any"), ("512", "maskable"))


@blueprint.get("/manifest.webmanifest")
@needs(ANYONE)
def manifest() -> Response:
    """How the phone shows Bina on its home screen (W3C Web Application Manifest)."""
    facts = {
        "id": "/",
        "name": "Bina",
        "short_name": "Bina",
        "description": _("Tempat belajar aparatur sipil negara, juga tanpa jaringan."),
        "lang": "id",
        "dir": "ltr",
        "start_url": "/?dari=layar",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f3ec",
        "theme_color": "#0c4436",
        "icons": [_icon(size, purpose) for size, purpose in ICONS],
        "shortcuts": [
            {"name": _("Kelas saya"), "url": "/kelas"},
            {"name": _("Di ponsel ini"), "url": url_for("offline.show")},
        ],
    }
    answer = Response(json.dumps(facts), mimetype="application/manifest+json")
    answer.headers["Cache-Control"] = "max-age=86400"
    return answer


def _icon(size: str, purpose: str) -> dict[str, str]:
    name = f"img/icon-{size}{'-maskable' if purpose == 'maskable' else ''}.png"
    return {
        "src": url_for("static", filename=name),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }


@blueprint.get("/sw.js")
@needs(ANYONE)
def worker() -> Response:
    """The service worker, with the version that it belongs to in front."""
    build = {"version": (current_app.static_url_path or "").rpartition("/")[2], "protocol": PROTOCOL}
    folder = Path(current_app.static_folder or "") / "js" / "lib"
    text = "".join(_bare((folder / part).read_text("utf-8")) for part in WORKER)
    answer = Response(f"const BUILD = {json.dumps(build)};\n{text}", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Service-Worker-Allowed"] = "/"
    return answer


def _bare(script: str) -> str:
    """A script without the lines that only people read: every phone carries it."""
    lines = script.splitlines(keepends=True)
    return "".join(line for line in lines if line.strip() and not line.lstrip().startswith("//"))


@blueprint.get("/luring")
@needs(ANYONE)
def show() -> str:
    """What is on this phone. The worker keeps this page and shows it in place of pages that need the network."""
    return render_template("offline/show.html")

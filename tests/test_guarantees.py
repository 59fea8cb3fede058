"""Promises about the whole application: every page, every method, every word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask
from jinja2 import TemplateSyntaxError

from courses.features import FEATURES
from lms.app import create_app
from lms.feature import Feature
from lms.shell import translations
from lms.shell.guard import UnmarkedPage, rule_of
from tests.conftest import Client, settings_for

ROOT = Path(__file__).resolve().parent.parent


def writing_rules(app: Flask) -> Iterator[tuple[str, str]]:
    """Every (method, path with invented ids) that changes something and is not carried by a signed link."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            if not (found := rule_of(view)) or not found.own_token:
                yield method, path_of(rule)


def path_of(rule: Any) -> str:
    values = {name: str(_invented(converter)) for name, converter in rule._converters.items()}
    return str(re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda m: values.get(m[1], "x"), rule.rule))


def _invented(converter: Any) -> str:
    kind = type(converter).__name__
    return {"UUIDConverter": "0197aaaa-0000-7000-8000-000000000000", "IntegerConverter": "1"}.get(kind, "x")


def test_an_endpoint_without_a_rule_stops_the_application(template_database: Any, tmp_path: Path) -> None:
    stray = Blueprint("stray", __name__)
    stray.add_url_rule("/stray", view_func=lambda: "open", endpoint="page")
    with pytest.raises(UnmarkedPage, match=r"stray\.page"):
        create_app(
            settings_for(template_database, tmp_path), [*FEATURES, Feature(name="stray", blueprint=stray)]
        )


def test_every_write_refuses_without_a_token(app: Flask, client_of: Client) -> None:
    app.config["WTF_CSRF_CHECK_DEFAULT"] = True
    try:
        client = client_of(None)
        for method, path in writing_rules(app):
            assert client.open(path, method=method).status_code in {400, 401, 302, 404, 405}, (method, path)
            sent = client.open(path, method=method, json={})
            assert sent.status_code in {400, 401, 404}, (method, path, sent.status_code)
    finally:
        app.config["WTF_CSRF_CHECK_DEFAULT"] = False


def test_every_write_refuses_another_site(app: Flask, client_of: Client) -> None:
    client = client_of(None)
    for method, path in writing_rules(app):
        sent = client.open(path, method=method, headers={"Sec-Fetch-Site": "cross-site"})
        assert sent.status_code == 403, (method, path)


def test_every_page_has_the_headers(app: Flask, client_of: Client) -> None:
    for path in ("/masuk", "/tidak-ada", "/"):
        answer = client_of(None).get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "'unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(client_of: Client) -> None:
    cookie = client_of(None).get("/masuk").headers["Set-Cookie"]
    assert cookie.startswith("__Host-bina=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "Domain" not in cookie


def test_every_template_compiles(app: Flask) -> None:
    for name in app.jinja_env.list_templates():
        try:
            app.jinja_env.get_template(name)
        except TemplateSyntaxError as error:  # pragma: no cover
            pytest.fail(f"{name}: {error}")


def test_no_page_carries_inline_style_or_script(app: Flask) -> None:
    inline = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)|javascript:")
    for file in (ROOT / "templates").rglob("*.html"):
        assert not inline.search(file.read_text(encoding="utf-8")), file.name


def test_every_sentence_is_translated(app: Flask) -> None:
    with app.app_context():
        assert translations.missing() == []


def test_every_error_is_our_page(app: Flask, client_of: Client) -> None:
    page = client_of(None).get("/tidak-ada")
    assert page.status_code == 404
    assert "Halaman tidak ditemukan" in page.text
    data = client_of(None).get("/tidak-ada", headers={"Accept": "application/json"})
    assert data.get_json()["error"] == 404
    assert client_of(None).delete("/masuk").status_code in {404, 405}


def test_every_named_address_exists(app: Flask) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    named = re.compile(r"url_for\(\s*[\"']([a-z_]+\.[a-z_.]+)[\"']")
    for file in [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "lms").rglob("*.py"),
        *(ROOT / "courses").rglob("*.py"),
    ]:
        for endpoint in named.findall(file.read_text(encoding="utf-8")):
            assert endpoint in known, f"{file.relative_to(ROOT)}: {endpoint}"

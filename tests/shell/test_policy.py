"""Claims about reports of the content policy: what is logged says where to look and nothing about anybody."""

from __future__ import annotations

import json
import logging
import uuid
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from lms.shell.policy import PER_MINUTE, _reports
from tests.conftest import Client

WHERE = "/laporan-kebijakan"
COHORT = uuid.UUID(int=7)
OLD = {
    "csp-report": {
        "document-uri": f"https://bina.contoh/kelas/{COHORT}?nama=Ayu",
        "referrer": "https://bina.contoh/rahasia",
        "violated-directive": "script-src-elem 'self'",
        "blocked-uri": "https://jahat.contoh/x.js?nip=198603142010012003",
        "source-file": "https://bina.contoh/static/1/js/shell.js?x=1",
        "line-number": 7,
        "script-sample": "alert(document.cookie)",
    }
}
NEW = [
    {
        "type": "csp-violation",
        "url": "https://bina.contoh/",
        "user_agent": "Peramban",
        "body": {
            "documentURL": "https://bina.contoh/masuk",
            "effectiveDirective": "style-src-attr",
            "blockedURL": "inline",
            "sourceFile": "chrome-extension://abcdef/isi.js",
            "lineNumber": 1,
            "sample": "Ayu Lestari",
        },
    }
]


@pytest.fixture
def lines(app: Flask, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    app.extensions.pop("policy_reports", None)
    caplog.set_level(logging.WARNING, "bina.policy")
    return caplog


def said(lines: pytest.LogCaptureFixture) -> list[tuple[str, str, str]]:
    found = [record for record in lines.records if record.name == "bina.policy"]
    return [(record.getMessage(), record.endpoint, record.path) for record in found]  # type: ignore[attr-defined]


@pytest.mark.asvs("V3.4.7")
def test_every_page_names_where_browsers_report(client_of: Client) -> None:
    answer = client_of(None).get("/masuk")
    assert answer.headers["Reporting-Endpoints"] == f'bina="{WHERE}"'
    policy = answer.headers["Content-Security-Policy"]
    assert "report-to bina" in policy
    assert f"report-uri {WHERE}" in policy


@pytest.mark.asvs("V16.2.5")
def test_reports_of_both_forms_leave_a_line_without_personal_data(
    client_of: Client, lines: pytest.LogCaptureFixture
) -> None:
    for body, kind in ((OLD, "application/csp-report"), (NEW, "application/reports+json")):
        assert client_of(None).post(WHERE, data=json.dumps(body), content_type=kind).status_code == 204
    assert said(lines) == [
        (
            "content policy: script-src-elem blocked https://jahat.contoh",
            "progress.show",
            "/static/1/js/shell.js:7",
        ),
        ("content policy: style-src-attr blocked inline", "auth.sign_in", ""),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"[1, null, {}]",
        b'{"csp-report": 1}',
        b"\xff\xfe",
        b"[" * 5000,
        json.dumps({"csp-report": {"violated-directive": "palsu\nbaris"}}).encode(),
        b" " * 20_000 + json.dumps(OLD).encode(),
    ],
)
def test_what_is_no_report_is_dropped_without_a_word(
    body: bytes, client_of: Client, lines: pytest.LogCaptureFixture
) -> None:
    assert client_of(None).post(WHERE, data=body).status_code == 204
    assert said(lines) == []


def test_a_flood_is_cut_and_told_to_wait(client_of: Client, lines: pytest.LogCaptureFixture) -> None:
    client = client_of(None)
    statuses = [client.post(WHERE, data=json.dumps(NEW * 8)).status_code for _ in range(6)]
    assert statuses == [204, 204, 204, 429, 429, 429]
    assert len(said(lines)) == PER_MINUTE
    assert client.post(WHERE, data=json.dumps(NEW)).headers["Retry-After"] == "60"


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "body",
                    "csp-report",
                    "effectiveDirective",
                    "blockedURL",
                    "documentURL",
                    "sourceFile",
                    "lineNumber",
                ]
            ),
            inner | st.sampled_from(["script-src", "http://[", "https://\u2028x/", "//", "data:x"]),
        )
    ),
    max_leaves=12,
)


@given(junk)
def test_no_report_breaks_the_reader(sent: Any) -> None:
    for facts in _reports(json.dumps(sent).encode()):
        assert not any(
            ord(mark) < 32 for value in (facts["rule"], facts["blocked"], facts["source"]) for mark in value
        )

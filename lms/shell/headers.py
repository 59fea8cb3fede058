"""Headers of every answer (quality A4): a strict content policy with a nonce, and nothing cached that is personal."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, g, request
from werkzeug.wrappers import Response

from lms.config import Settings

REPORTS = "/laporan-kebijakan"
FIXED = {
    "Reporting-Endpoints": f'bina="{REPORTS}"',
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-site",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), interest-cohort=()",
}


def nonce() -> str:
    """The nonce of this answer's scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def register(app: Flask, settings: Settings) -> None:
    policy = policy_for(settings)
    secure = settings.base_url.startswith("https://")

    @app.after_request
    def add(answer: Response) -> Response:
        for name, value in FIXED.items():
            answer.headers.setdefault(name, value)
        if "Content-Security-Policy" not in answer.headers:
            answer.headers["Content-Security-Policy"] = policy.replace("{nonce}", nonce())
        if secure:
            answer.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if request.endpoint != "static":
            answer.headers.setdefault("Cache-Control", "no-store")
        return answer


def policy_for(settings: Settings) -> str:
    """The content policy. Media and uploads may go to the object store; nothing else leaves this origin."""
    endpoint = settings.s3_public_endpoint or settings.s3_endpoint
    parts = urlsplit(endpoint)
    media = f" {parts.scheme}://{parts.netloc}" if endpoint else ""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'nonce-{nonce}' 'strict-dynamic'",
            "style-src 'self'",
            f"img-src 'self' data:{media}",
            f"media-src 'self' blob:{media}",
            "worker-src 'self' blob:",
            f"connect-src 'self'{media}",
            "manifest-src 'self'",
            "font-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types bina",
            "report-to bina",
            f"report-uri {REPORTS}",
        ]
    )

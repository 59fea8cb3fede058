"""create_app(settings, features): the assembly, in one visible order."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, has_app_context
from flask_compress import Compress
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from lms import mail
from lms.auth.queries import SignedIn
from lms.config import Settings
from lms.events import Bus, Event, Listener
from lms.feature import Feature
from lms.shell import assets, cli, errors, frame, guard, headers, logs, migrations, policy, words
from lms.storage.folder import FolderStore
from lms.storage.store import ObjectStore
from lms.web import Asked, db

ROOT = Path(__file__).resolve().parent.parent
PLATFORM = {
    # A GET gets a read-only transaction. Only tests that share one outer transaction turn this off.
    "READS_ARE_READ_ONLY": True,
    # Long essays and quizzes of 300 questions fit (Flask's own limits would cut them); files go to the store in parts.
    "MAX_CONTENT_LENGTH": 12 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 8 * 1024 * 1024,
    "MAX_FORM_PARTS": 10_000,
}


def create_app(settings: Settings, features: Sequence[Feature]) -> Flask:
    """The application: platform and features in the order given. Raises when a page names no rule."""
    version = assets.version_of(ROOT / "static")
    app = Flask(
        "lms",
        root_path=str(ROOT),
        template_folder="templates",
        static_folder="static",
        static_url_path=f"/static/{version}",
    )
    app.request_class = Asked
    app.config.from_mapping(_config(settings))
    app.extensions.update(
        settings=settings, store=_store(settings), mailer=mail.mailer(settings), features=features
    )
    logs.register(app, settings)
    _database(app, settings, features)
    _transactions(app)
    CSRFProtect(app)
    _sign_in(app)
    words.register(app, ROOT)
    headers.register(app, settings)
    frame.register(app, features)
    app.before_request(guard.guard)
    app.register_blueprint(policy.blueprint)
    for feature in features:
        _plug(app, feature)
    errors.register(app)
    cli.register(app)
    guard.check_every_page(app)
    Compress(app)
    _wrap(app, settings, version)
    return app


def _config(settings: Settings) -> dict[str, Any]:
    newest, *older = settings.secret_keys
    return {
        "SECRET_KEY": newest,
        "SECRET_KEY_FALLBACKS": older,
        "SESSION_COOKIE_NAME": "__Host-bina" if settings.secure_cookies else "bina",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": settings.session_days * 86400,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "SERVER_NAME": urlsplit(settings.base_url).netloc,
        "PREFERRED_URL_SCHEME": urlsplit(settings.base_url).scheme,
        "TRUSTED_HOSTS": _hosts(settings),
        "COMPRESS_MIMETYPES": ["text/html", "application/json", "text/csv", "image/svg+xml", "text/calendar"],
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 3,
        "COMPRESS_LEVEL": 5,
        **migrations.configuration(ROOT),
        **PLATFORM,
    }


def _hosts(settings: Settings) -> list[str]:
    """The names that may be asked for: those set, or that of the public address and those of this machine itself."""
    public = urlsplit(settings.base_url).hostname or "localhost"
    return list(settings.trusted_hosts) or [public, "localhost", "127.0.0.1"]


def _store(settings: Settings) -> ObjectStore:
    if not settings.s3_endpoint:
        return FolderStore(settings.data_dir / "files", settings.secret_keys)
    # By name, because boto3 costs each process some 30 MB that only installations with S3 should pay.
    store: ObjectStore = import_module("lms.storage.s3").S3Store(settings)
    return store


def _database(app: Flask, settings: Settings, features: Sequence[Feature]) -> None:
    db.init_app(app, settings.database_url, pool_size=settings.pool_size)
    bus = Bus()
    for feature in features:
        for kind, listener in feature.listeners:
            bus.listen(kind, _in_context(app, listener))
    with app.app_context():
        db.sessionmaker.configure(info={"bus": bus})


def _in_context(app: Flask, listener: Listener) -> Listener:
    """Listeners write mails and links, also when the fact was published outside of requests."""

    def listen(session: Session, fact: Event) -> None:
        with nullcontext() if has_app_context() else app.app_context():
            listener(session, fact)

    return listen


def _transactions(app: Flask) -> None:
    """A view that returns commits; a view that raises was rolled back by the error handler."""

    @app.after_request
    def commit(answer: Response) -> Response:
        db.session.commit()
        return answer


def _sign_in(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None

    @manager.user_loader
    def load(token: str) -> SignedIn | None:
        return guard.who_has(token)


def _plug(app: Flask, feature: Feature) -> None:
    if feature.blueprint:
        app.register_blueprint(feature.blueprint)
    if feature.cli:
        app.cli.add_command(feature.cli)
    for hook in feature.before_request:
        app.before_request(hook)


def _wrap(app: Flask, settings: Settings, version: str) -> None:
    app.wsgi_app = assets.serve(app.wsgi_app, ROOT, version)  # type: ignore[method-assign]
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

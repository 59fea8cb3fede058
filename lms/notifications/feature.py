"""Messages to people, as a plug."""

from __future__ import annotations

from lms.errors import N_
from lms.feature import Feature, NavItem
from lms.notifications import setting_views, views
from lms.notifications.cli import push_cli
from lms.notifications.events import MessagesWritten
from lms.notifications.jobs import deliver, deliver_due, forget_old
from lms.notifications.listeners import send_after_commit

views.blueprint.register_blueprint(setting_views.blueprint)

FEATURE = Feature(
    name="notifications",
    blueprint=views.blueprint,
    jobs=[deliver, deliver_due, forget_old],
    listeners=[(MessagesWritten, send_after_commit)],
    nav=[
        NavItem("notifications.show", N_("Pemberitahuan"), "bell", lambda actor: True, group="bar", order=5)
    ],
    cli=push_cli,
)

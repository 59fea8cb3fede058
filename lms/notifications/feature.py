"""Messages to people, as a plug."""

from __future__ import annotations

from lms.errors import N_
from lms.feature import Feature, NavItem
from lms.notifications.events import MailsWritten
from lms.notifications.jobs import forget_old, send_digests, send_mail
from lms.notifications.listeners import send_after_commit
from lms.notifications.views import blueprint

FEATURE = Feature(
    name="notifications",
    blueprint=blueprint,
    jobs=[send_mail, send_digests, forget_old],
    listeners=[(MailsWritten, send_after_commit)],
    nav=[
        NavItem("notifications.show", N_("Pemberitahuan"), "bell", lambda actor: True, group="bar", order=5)
    ],
)

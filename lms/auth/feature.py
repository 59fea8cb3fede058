"""Proving who you are, and one's own account, as plugs."""

from __future__ import annotations

from lms.auth import account_views, invite_views
from lms.auth.cli import people_cli
from lms.auth.events import CredentialChanged, Invited, ResetAsked
from lms.auth.jobs import forget_old, send_change, send_invitation, send_reset
from lms.auth.listeners import credential_changed, invited, person_added, person_left, reset_asked
from lms.errors import N_
from lms.feature import Feature, NavItem, Topic
from lms.people.events import PersonAdded, PersonLeft

FEATURE = Feature(
    name="auth",
    blueprint=invite_views.blueprint,
    cli=people_cli,
    jobs=[send_reset, send_invitation, send_change, forget_old],
    listeners=[
        (ResetAsked, reset_asked),
        (Invited, invited),
        (CredentialChanged, credential_changed),
        (PersonAdded, person_added),
        (PersonLeft, person_left),
    ],
    topics=[
        Topic(
            "security",
            N_("Keamanan akun"),
            N_("Kata sandi atau verifikasi dua langkah Anda diubah."),
            frozenset({"auth:changed"}),
            icon="shield",
            urgent=True,
            fixed=True,
        )
    ],
)

ACCOUNT = Feature(
    name="account",
    blueprint=account_views.blueprint,
    nav=[
        NavItem("account.show", N_("Akun"), "user", lambda actor: not actor.is_staff, order=40),
        NavItem("account.show", N_("Akun"), "user", lambda actor: actor.is_staff, group="bar", order=40),
    ],
)

"""Cohorts, as four plugs: running them, looking for them, approving, and the calendar."""

from __future__ import annotations

from courses.cohorts import approval_views, browse_views, calendar_views
from courses.cohorts.events import (
    Announced,
    ApprovalAsked,
    EnrolmentDeclined,
    EnrolmentWithdrawn,
    PutOnWaitingList,
    SeatsGiven,
)
from courses.cohorts.jobs import remind_superiors
from courses.cohorts.listeners import (
    ask_superior,
    tell_announced,
    tell_declined,
    tell_seated,
    tell_taken_out,
    tell_waiting,
)
from courses.cohorts.news_views import news
from courses.cohorts.people_views import people
from courses.cohorts.permissions import ANNOUNCE, LIST, RUN, SEE, TEACH
from courses.cohorts.views import blueprint
from lms.access import allows
from lms.errors import N_
from lms.feature import Feature, NavItem, Topic

blueprint.register_blueprint(people)
blueprint.register_blueprint(news)

FEATURE = Feature(
    name="cohorts",
    blueprint=blueprint,
    permissions=[RUN, SEE, TEACH, LIST, ANNOUNCE],
    jobs=[remind_superiors],
    listeners=[
        (SeatsGiven, tell_seated),
        (PutOnWaitingList, tell_waiting),
        (ApprovalAsked, ask_superior),
        (EnrolmentDeclined, tell_declined),
        (EnrolmentWithdrawn, tell_taken_out),
        (Announced, tell_announced),
    ],
    topics=[
        Topic(
            "enrolment",
            N_("Pendaftaran kelas"),
            N_("Anda diterima, masuk daftar tunggu, tidak disetujui, atau dikeluarkan."),
            frozenset(
                {
                    "cohorts:enrolled",
                    "cohorts:promoted",
                    "cohorts:waiting",
                    "cohorts:declined",
                    "cohorts:taken_out",
                }
            ),
            icon="book",
        ),
        Topic(
            "announcements",
            N_("Pengumuman kelas"),
            N_("Kabar dari pengajar dan pengelola kelas Anda."),
            frozenset({"cohorts:announced"}),
            icon="mega",
        ),
        Topic(
            "approvals",
            N_("Permintaan persetujuan"),
            N_("Pegawai yang meminta persetujuan Anda sebagai atasan langsung."),
            frozenset({"cohorts:asked", "cohorts:reminded"}),
            icon="pen",
        ),
    ],
    nav=[
        NavItem(
            "cohorts.index",
            N_("Kelas"),
            "users",
            lambda actor: allows(actor, LIST),
            order=20,
            holds=("classroom", "quizzes.class", "projects"),
        )
    ],
)
BROWSE = Feature(
    name="browse",
    blueprint=browse_views.blueprint,
    nav=[
        NavItem(
            "browse.index", N_("Cari kelas"), "search", lambda actor: actor.is_staff, group="learn", order=60
        )
    ],
)
APPROVALS = Feature(name="approvals", blueprint=approval_views.blueprint)
CALENDAR = Feature(
    name="calendar",
    blueprint=calendar_views.blueprint,
    nav=[
        NavItem(
            "calendar.show", N_("Kalender"), "calendar", lambda actor: actor.is_staff, group="learn", order=70
        )
    ],
)

"""How far each learner has come, as a plug."""

from __future__ import annotations

from courses.progress.permissions import FOLLOW, REMIND
from courses.progress.staff_views import blueprint as staff_blueprint
from courses.progress.views import blueprint
from lms.errors import N_
from lms.feature import Feature, NavItem, Topic

CLASSROOM = Feature(name="classroom", blueprint=staff_blueprint, permissions=[FOLLOW, REMIND])
FEATURE = Feature(
    name="progress",
    blueprint=blueprint,
    topics=[
        Topic(
            "reminders",
            N_("Pengingat belajar"),
            N_("Yang masih perlu Anda kerjakan sebelum kelas berakhir."),
            frozenset({"progress:reminder"}),
            icon="clock",
        )
    ],
    nav=[
        NavItem(
            "progress.mine",
            N_("Kelas saya"),
            "book",
            lambda actor: not actor.is_staff,
            order=20,
            holds=("lessons", "quizzes", "projects", "browse", "calendar", "cohorts.news"),
        )
    ],
)

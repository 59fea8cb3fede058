"""The pages that gather, as a plug."""

from __future__ import annotations

from courses.home.views import blueprint
from lms.errors import N_
from lms.feature import Feature, NavItem

FEATURE = Feature(
    name="home",
    blueprint=blueprint,
    nav=[
        NavItem("home.show", N_("Beranda"), "home", lambda actor: True, order=10, holds=("approvals",)),
        NavItem(
            "home.learn",
            N_("Belajar saya"),
            "book",
            lambda actor: actor.is_staff,
            group="learn",
            order=10,
            holds=("progress", "lessons.show", "quizzes", "projects.show", "cohorts.news.show"),
        ),
    ],
)

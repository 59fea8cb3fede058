"""Making courses, as a plug."""

from __future__ import annotations

from courses.authoring import author_views
from courses.authoring.copying import copy_quizzes
from courses.authoring.listeners import tell_added, tell_removed
from courses.catalogue.events import AuthorAdded, AuthorRemoved, CourseCopied
from courses.catalogue.permissions import AUTHOR, BROWSE, EDIT_ALL
from lms.access import allows
from lms.errors import N_
from lms.feature import Feature, NavItem

FEATURE = Feature(
    name="authoring",
    # The pages of authors build on those of the syllabus, and these on those of courses: each imports the one before.
    blueprint=author_views.blueprint,
    listeners=[(CourseCopied, copy_quizzes), (AuthorAdded, tell_added), (AuthorRemoved, tell_removed)],
    permissions=[AUTHOR, BROWSE, EDIT_ALL],
    nav=[
        NavItem(
            "authoring.index",
            N_("Kursus"),
            "book",
            lambda actor: allows(actor, BROWSE),
            order=22,
            holds=("exchange", "lessons", "quizzes.bank", "projects.edit"),
        )
    ],
)

"""Making courses, as a plug."""

from __future__ import annotations

from courses.authoring import outline
from courses.authoring.copying import copy_quizzes
from courses.catalogue.events import CourseCopied
from courses.catalogue.permissions import AUTHOR, BROWSE, EDIT_ALL
from lms.access import allows
from lms.errors import N_
from lms.feature import Feature, NavItem

FEATURE = Feature(
    name="authoring",
    # The pages of the syllabus build on those of courses and import them.
    blueprint=outline.blueprint,
    listeners=[(CourseCopied, copy_quizzes)],
    permissions=[AUTHOR, BROWSE, EDIT_ALL],
    nav=[NavItem("authoring.index", N_("Kursus"), "book", lambda actor: allows(actor, BROWSE), order=22)],
)

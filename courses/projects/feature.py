"""Group projects, as a plug."""

from __future__ import annotations

from courses.catalogue.events import CourseCopied
from courses.cohorts.events import EnrolmentWithdrawn
from courses.projects import author_views, marking_views, staff_views, views
from courses.projects.events import ProjectReviewed, ProjectSubmitted
from courses.projects.listeners import copy_projects, leave_groups, tell_of_review, tell_of_submission
from courses.projects.operations import OPERATIONS
from courses.projects.pages import blueprint
from courses.projects.permissions import MARK, SEE
from lms.errors import N_
from lms.feature import Feature, Topic

# Importing them puts their pages on the one blueprint.
PAGES = (views, staff_views, marking_views, author_views)

FEATURE = Feature(
    name="projects",
    blueprint=blueprint,
    permissions=[SEE, MARK],
    operations=OPERATIONS,
    listeners=[
        (ProjectSubmitted, tell_of_submission),
        (ProjectReviewed, tell_of_review),
        (CourseCopied, copy_projects),
        (EnrolmentWithdrawn, leave_groups),
    ],
    topics=[
        Topic(
            "projects",
            N_("Proyek kelompok"),
            N_("Pekerjaan dikumpulkan atau dinilai."),
            frozenset({"projects:submitted", "projects:handed-in", "projects:reviewed"}),
            icon="users",
        )
    ],
)

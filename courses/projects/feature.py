"""Group projects, as a plug."""

from __future__ import annotations

from courses.projects import author_views, marking_views, staff_views, views
from courses.projects.pages import blueprint
from courses.projects.permissions import MARK, SEE
from lms.feature import Feature

# Importing them puts their pages on the one blueprint.
PAGES = (views, staff_views, marking_views, author_views)

FEATURE = Feature(name="projects", blueprint=blueprint, permissions=[SEE, MARK])

"""Questions, attempts and marks, as a plug."""

from __future__ import annotations

from courses.quizzes.jobs import close_overdue
from courses.quizzes.views import blueprint
from lms.feature import Feature

FEATURE = Feature(name="quizzes", blueprint=blueprint, jobs=[close_overdue])

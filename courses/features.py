"""FEATURES, lowest first: what the application is made of. Adding a feature is adding a line."""

from __future__ import annotations

from courses.certificates.feature import FEATURE as CERTIFICATES
from courses.demo.feature import FEATURE as DEMO
from courses.home.feature import FEATURE as HOME
from courses.lessons.feature import FEATURE as LESSONS
from courses.progress.feature import FEATURE as PROGRESS
from courses.quizzes.feature import FEATURE as QUIZZES
from lms.auth.feature import FEATURE as AUTH
from lms.notifications.feature import FEATURE as NOTIFICATIONS
from lms.people.feature import FEATURE as PEOPLE

FEATURES = [PEOPLE, AUTH, NOTIFICATIONS, PROGRESS, LESSONS, QUIZZES, CERTIFICATES, HOME, DEMO]

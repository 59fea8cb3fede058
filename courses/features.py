"""FEATURES, lowest first: what the application is made of. Adding a feature is adding a line."""

from __future__ import annotations

from courses.authoring.feature import FEATURE as AUTHORING
from courses.certificates.feature import FEATURE as CERTIFICATES
from courses.certificates.feature import ISSUING
from courses.cohorts.feature import APPROVALS, BROWSE, CALENDAR
from courses.cohorts.feature import FEATURE as COHORTS
from courses.demo.feature import FEATURE as DEMO
from courses.downloads.feature import FEATURE as DOWNLOADS
from courses.exchange.feature import FEATURE as EXCHANGE
from courses.home.feature import FEATURE as HOME
from courses.lessons.feature import FEATURE as LESSONS
from courses.progress.feature import CLASSROOM
from courses.progress.feature import FEATURE as PROGRESS
from courses.projects.feature import FEATURE as PROJECTS
from courses.quizzes.feature import FEATURE as QUIZZES
from lms.audit.feature import FEATURE as AUDIT
from lms.auth.feature import ACCOUNT
from lms.auth.feature import FEATURE as AUTH
from lms.media.feature import FEATURE as MEDIA
from lms.notifications.feature import FEATURE as NOTIFICATIONS
from lms.offline.feature import FEATURE as OFFLINE
from lms.operations.feature import FEATURE as OPERATIONS
from lms.outbox.feature import FEATURE as OUTBOX
from lms.people.feature import FEATURES as PEOPLE

FEATURES = [
    *PEOPLE,
    AUDIT,
    AUTH,
    ACCOUNT,
    NOTIFICATIONS,
    OPERATIONS,
    OUTBOX,
    OFFLINE,
    MEDIA,
    COHORTS,
    BROWSE,
    APPROVALS,
    CALENDAR,
    PROGRESS,
    CLASSROOM,
    LESSONS,
    QUIZZES,
    PROJECTS,
    DOWNLOADS,
    AUTHORING,
    EXCHANGE,
    CERTIFICATES,
    ISSUING,
    HOME,
    DEMO,
]

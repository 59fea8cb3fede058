"""Where the platform and the learning meet. Servers and `flask --app wsgi` start here."""

from __future__ import annotations

import os

from courses.features import FEATURES
from lms.app import create_app
from lms.config import Settings

app = create_app(Settings.from_env(os.environ), FEATURES)

"""What follows when a certificate is issued, printed, ended or looked at beforehand."""

from __future__ import annotations

import uuid
from collections import defaultdict
from itertools import batched

from sqlalchemy.orm import Session

from courses.certificates.events import (
    CertificateRevoked,
    CertificatesIssued,
    CertificatesReady,
    SampleWanted,
)
from courses.certificates.jobs import draw_sample, render
from courses.certificates.models import Certificate
from courses.certificates.queries import issued_now, replaced_by
from lms.jobs.queue import later
from lms.notifications.services import notify

# Certificates in one job: few enough to lose little to a crash, enough to spare the queue.
PER_JOB = 50

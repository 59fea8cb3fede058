"""What follows when certificates are issued, printed, ended or looked at beforehand."""

from __future__ import annotations

import uuid
from collections import defaultdict

from sqlalchemy.orm import Session

from courses.certificates.events import (
    CertificateRevoked,
    CertificatesIssued,
    CertificatesReady,
    SampleWanted,
)
from courses.certificates.jobs import draw_sample, render
from courses.certificates.queries import told
from lms.jobs.queue import later, later_each
from lms.notifications.services import notify

# Certificates in one job: few enough to lose little to a crash, enough to spare the queue.
PER_JOB = 50


def render_after_commit(session: Session, fact: CertificatesIssued) -> None:
    ids = [str(certificate_id) for certificate_id in fact.certificate_ids]
    parts = [ids[at : at + PER_JOB] for at in range(0, len(ids), PER_JOB)]
    later_each(session, render, [{"certificate_ids": ",".join(part)} for part in parts])


def draw_after_commit(session: Session, fact: SampleWanted) -> None:
    later(
        session,
        draw_sample,
        once=f"certificates:sample:{fact.template_id}:{fact.cohort_id or ''}",
        template_id=str(fact.template_id),
        cohort_id=str(fact.cohort_id or ""),
        on=fact.on.isoformat(),
    )


def tell_ready(session: Session, fact: CertificatesReady) -> None:
    """One message for everybody of a course; whoever got a replacement reads the reason."""
    by_course: dict[str, list[uuid.UUID]] = defaultdict(list)
    for one in told(session, fact.certificate_ids):
        if one.replaces:
            notify(
                session,
                [one.person_id],
                kind="certificates:replaced",
                template="certificates/mail/replaced",
                path="/sertifikat",
                now=fact.at,
                course=one.course,
                number=one.number,
                reason=one.reason,
            )
        else:
            by_course[one.course].append(one.person_id)
    for course, person_ids in by_course.items():
        notify(
            session,
            person_ids,
            kind="certificates:ready",
            template="certificates/mail/ready",
            path="/sertifikat",
            now=fact.at,
            course=course,
        )


def tell_revoked(session: Session, fact: CertificateRevoked) -> None:
    (one,) = told(session, [fact.certificate_id])
    notify(
        session,
        [fact.person_id],
        kind="certificates:revoked",
        template="certificates/mail/revoked",
        path="/sertifikat",
        now=fact.at,
        course=one.course,
        number=one.number,
        reason=one.reason,
    )

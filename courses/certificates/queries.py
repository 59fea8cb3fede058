"""Finding certificates: one's own, an agency's, and by the code that anybody may type."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.certificates.models import Certificate, CertificateTemplate
from courses.certificates.numbering import normalised
from lms.access import Actor
from lms.errors import NotFound


def mine(session: Session, actor: Actor) -> Sequence[Certificate]:
    """The actor's certificates, the newest first."""
    found = sa.select(Certificate).where(Certificate.person_id == actor.id)
    return session.scalars(found.order_by(Certificate.issued_at.desc(), Certificate.id)).all()


def own(session: Session, actor: Actor, certificate_id: uuid.UUID) -> Certificate:
    """One of the actor's own certificates."""
    certificate = session.get(Certificate, certificate_id)
    if certificate is None or certificate.person_id != actor.id:
        raise NotFound
    return certificate


def by_code(session: Session, typed: str) -> Certificate | None:
    """The certificate with a verification code, however it was typed."""
    code = normalised(typed)
    return (
        session.scalars(sa.select(Certificate).where(Certificate.code == code)).one_or_none()
        if code
        else None
    )


def template_of(session: Session, agency_id: uuid.UUID) -> CertificateTemplate:
    """The template in force in an agency: its newest."""
    found = sa.select(CertificateTemplate).where(CertificateTemplate.agency_id == agency_id)
    template = session.scalars(found.order_by(CertificateTemplate.created_at.desc()).limit(1)).one_or_none()
    if template is None:
        raise NotFound
    return template

"""Making PDFs, in the worker."""

from __future__ import annotations

import logging
import uuid
from datetime import date

from courses.certificates import pdf
from courses.certificates.events import CertificatesReady
from courses.certificates.models import Certificate, CertificateTemplate
from courses.certificates.numbering import verification_address
from courses.certificates.queries import waiting_for_pdf
from courses.certificates.samples import CODE, sample_facts, sample_key
from courses.certificates.services import store_pdfs
from courses.cohorts.models import Cohort
from lms.events import publish
from lms.jobs.queue import Work, job

log = logging.getLogger("bina.certificates")

PDF = "application/pdf"


@job()
def render(work: Work, *, certificate_ids: str) -> None:
    """Store the PDFs of these certificates (ids with commas between). What is stored already is left alone.

    One that cannot be printed keeps no other waiting: the rest is noted, then the job fails and is tried again.
    """
    with work.transaction() as session:
        waiting = waiting_for_pdf(session, map(uuid.UUID, certificate_ids.split(",")))
    logos: dict[str, bytes] = {}
    stored, unprintable = {}, []
    for certificate in waiting:
        try:
            stored[certificate.id] = _store(work, certificate, logos)
        except pdf.Unprintable:
            log.exception("a certificate cannot be printed", extra={"certificate": str(certificate.id)})
            unprintable.append(str(certificate.id))
    with work.transaction() as session:
        ready = store_pdfs(session, stored)
        publish(session, CertificatesReady(tuple(ready), work.now()))
    if unprintable:
        raise pdf.Unprintable(", ".join(unprintable))


def _store(work: Work, certificate: Certificate, logos: dict[str, bytes]) -> tuple[str, int]:
    address = verification_address(work.settings.base_url, certificate.code)
    logo = _logo(work, certificate.facts["logo"], logos)
    data = pdf.render(certificate.facts, certificate.code, address, logo=logo)
    key = f"certificates/{certificate.id}.pdf"
    work.store.put(key, data, content_type=PDF)
    return key, len(data)


def _logo(work: Work, key: str | None, read: dict[str, bytes]) -> bytes | None:
    if key is None:
        return None
    if key not in read:
        read[key] = work.store.read(key)
    return read[key]


@job()
def draw_sample(work: Work, *, template_id: str, cohort_id: str, on: str) -> None:
    """Store the sample of a template as PDF and as a picture. `cohort_id` may be empty."""
    with work.transaction() as session:
        template = session.get_one(CertificateTemplate, uuid.UUID(template_id))
        cohort = session.get_one(Cohort, uuid.UUID(cohort_id)) if cohort_id else None
        facts = sample_facts(session, template, cohort, date.fromisoformat(on))
    address = verification_address(work.settings.base_url, CODE)
    logo = _logo(work, facts["logo"], {})
    work.store.put(
        sample_key(facts, "png"), pdf.picture(facts, CODE, address, logo=logo), content_type="image/png"
    )
    work.store.put(sample_key(facts, "pdf"), pdf.render(facts, CODE, address, logo=logo), content_type=PDF)

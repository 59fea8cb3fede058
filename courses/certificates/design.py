"""What an agency and a cohort decide about their certificates: the template, the rule, the back page."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from courses.certificates import numbering
from courses.certificates.events import SampleWanted
from courses.certificates.facts import Subject
from courses.certificates.models import CertificateKind, CertificateTemplate, CohortCertificate
from courses.certificates.queries import template_in_force
from courses.certificates.siasn import TRAINING, USUAL
from courses.certificates.wording import MOST_SUBJECTS, Signatory, check_body
from courses.cohorts.models import Cohort
from courses.progress.earning import Item, Rule
from lms.access import Actor
from lms.audit.services import note
from lms.database import new_id
from lms.errors import N_, Invalid
from lms.events import publish
from lms.lazy import lazy
from lms.media.models import Media
from lms.media.services import take_in
from lms.storage.store import ObjectStore

if TYPE_CHECKING:
    from PIL import Image
else:
    Image = lazy("PIL.Image")

MOST_LOGO, LOGO_SIDE = 2 * 1024 * 1024, 480
_TEXTS = (
    "number_format",
    "classification",
    "unit_code",
    "organiser",
    "heading",
    "legal_basis",
    "body",
    "place",
)


def save_template(
    session: Session,
    agency_id: uuid.UUID,
    texts: Mapping[str, str],
    *,
    kind: CertificateKind,
    signatories: Sequence[Signatory],
    logo_id: uuid.UUID | None,
    by: Actor,
    now: datetime,
) -> CertificateTemplate:
    """A new template in force; earlier ones stay as the record of what was used. Raises Invalid."""
    for problem in numbering.check(texts["number_format"]):
        raise Invalid(problem.message, field="number_format", **dict(problem.values))
    for problem in check_body(texts["body"]):
        raise problem.refusal()
    before = template_in_force(session, agency_id)
    template = CertificateTemplate(
        id=new_id(),
        agency_id=agency_id,
        kind=kind,
        signatories=[one.facts() for one in signatories],
        logo_id=logo_id,
        created_at=now,
        created_by=by.id,
        **{name: texts[name] for name in _TEXTS},
    )
    session.add(template)
    note(
        session,
        "certificate:template-saved",
        "certificate_template",
        template.id,
        by=by,
        now=now,
        agency_id=agency_id,
        before=_told(before) if before else None,
        after=_told(template),
    )
    return template


def _told(template: CertificateTemplate) -> dict[str, Any]:
    told = {name: getattr(template, name) for name in _TEXTS}
    return {**told, "kind": str(template.kind), "signatories": template.signatories}


def keep_logo(
    session: Session, store: ObjectStore, agency_id: uuid.UUID, data: bytes, *, by: Actor, now: datetime
) -> Media:
    """A logo for the paper: decoded, at most 480 px, written anew as PNG, so that nothing else comes with it."""
    if len(data) > MOST_LOGO:
        raise Invalid(N_("Logo paling besar 2 MB. Perkecil gambarnya, lalu unggah lagi."), field="logo")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as image:
            if image.width * image.height > 25_000_000:
                raise Image.DecompressionBombError
            image.thumbnail((LOGO_SIDE, LOGO_SIDE))
            out = io.BytesIO()
            image.convert("RGBA").save(out, "PNG", optimize=True)
    except (OSError, ValueError, Image.DecompressionBombError) as fault:
        raise Invalid(
            N_("Logo ini tidak dapat dibaca. Gunakan gambar PNG, JPEG, atau WebP."), field="logo"
        ) from fault
    return take_in(session, store, "logo.png", out.getvalue(), owner_id=by.id, agency_id=agency_id, now=now)


def want_sample(
    session: Session, template: CertificateTemplate, cohort_id: uuid.UUID | None, *, on: date
) -> None:
    """Have the sample of a template made, as of a day; it is there some seconds later."""
    publish(session, SampleWanted(template.id, cohort_id, on))


def set_rule(
    session: Session,
    cohort: Cohort,
    items: Sequence[Item],
    *,
    chosen: Sequence[uuid.UUID] | None,
    least: str,
    by: Actor,
    now: datetime,
) -> None:
    """What earns the certificate in a cohort. `chosen` None: all required activities; `least` may be empty."""
    known = {item.id for item in items}
    kept = frozenset(one for one in chosen if one in known) if chosen is not None else None
    if kept is not None and not kept:
        raise Invalid(N_("Pilih paling sedikit satu kegiatan."), field="chosen")
    rule = Rule(kept, _least(least))
    if rule.least is not None and not any(item.is_marked for item in rule.asked(items)):
        raise Invalid(
            N_("Nilai paling rendah memerlukan kuis atau proyek di antara syaratnya."), field="least"
        )
    before, cohort.rule = cohort.rule, rule.as_json()
    note(
        session,
        "certificate:rule-set",
        "cohort",
        cohort.id,
        by=by,
        now=now,
        agency_id=cohort.agency_id,
        before=before,
        after=cohort.rule,
    )


def _least(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if not (value.is_finite() and 0 < value <= 100):
        raise Invalid(N_("Nilai paling rendah adalah angka lebih dari 0 sampai 100."), field="least")
    return value


def set_content(
    session: Session,
    cohort: Cohort,
    subjects: Sequence[Subject] | None,
    *,
    training: int,
    by: Actor,
    now: datetime,
) -> None:
    """The back page of a cohort's certificates and its kind of training. None: the course's modules."""
    if training not in TRAINING:
        raise Invalid(N_("Pilih jenis diklat dari daftar."), field="training")
    if subjects is not None and not 0 < len(subjects) <= MOST_SUBJECTS:
        raise Invalid(
            N_("Isi 1 sampai %(most)s mata ajar, atau pakai modul kursus."),
            field="subjects",
            most=MOST_SUBJECTS,
        )
    row = session.get(CohortCertificate, cohort.id) or CohortCertificate(cohort_id=cohort.id, training=USUAL)
    row.training = training
    row.subjects = [[one.title, one.hours] for one in subjects] if subjects is not None else None
    session.add(row)
    note(
        session,
        "certificate:content-set",
        "cohort",
        cohort.id,
        by=by,
        now=now,
        agency_id=cohort.agency_id,
        after={"training": training, "subjects": row.subjects},
    )

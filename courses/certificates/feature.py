"""Certificates, as two plugs: what learners and anybody see, and the pages of those who issue them."""

from __future__ import annotations

from courses.certificates.events import (
    CertificateRevoked,
    CertificatesIssued,
    CertificatesReady,
    SampleWanted,
)
from courses.certificates.jobs import draw_sample, render
from courses.certificates.listeners import draw_after_commit, render_after_commit, tell_ready, tell_revoked
from courses.certificates.permissions import DESIGN, ISSUE, LIST
from courses.certificates.views import agency, cohort, public, template
from lms.access import allows
from lms.errors import N_
from lms.feature import Feature, NavItem, Topic

# The staff's pages stand in three files on one blueprint; importing them puts them there.
STAFF_PAGES = (agency, cohort, template)

FEATURE = Feature(
    name="certificates",
    blueprint=public.blueprint,
    permissions=[ISSUE, LIST, DESIGN],
    jobs=[render, draw_sample],
    listeners=[
        (CertificatesIssued, render_after_commit),
        (CertificatesReady, tell_ready),
        (CertificateRevoked, tell_revoked),
        (SampleWanted, draw_after_commit),
    ],
    topics=[
        Topic(
            "certificates",
            N_("Sertifikat"),
            N_("Sertifikat Anda terbit, diganti, atau dicabut."),
            frozenset({"certificates:ready", "certificates:replaced", "certificates:revoked"}),
            icon="award",
        )
    ],
    nav=[
        NavItem("certificates.mine", N_("Sertifikat"), "award", lambda actor: not actor.is_staff, order=30),
        NavItem(
            "certificates.mine",
            N_("Sertifikat saya"),
            "award",
            lambda actor: actor.is_staff,
            group="learn",
            order=30,
        ),
    ],
)

ISSUING = Feature(
    name="issuing",
    blueprint=agency.issuing,
    nav=[NavItem("issuing.overview", N_("Sertifikat"), "award", lambda actor: allows(actor, LIST), order=30)],
)

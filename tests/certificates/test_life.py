"""Whatever happens in whatever order: a certificate verifies exactly when it was issued and not ended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from courses.certificates.models import Certificate, CertificateState
from courses.certificates.numbering import grouped
from courses.certificates.queries import by_code
from courses.certificates.services import issue, replace, revoke
from tests.certificates.conftest import Scene

REASON = "Alasan yang cukup panjang."

pytestmark = pytest.mark.usefixtures("inside")


class Life(RuleBasedStateMachine):
    """Three learners; certificates are issued, revoked and replaced; `expected` says what each code must show."""

    def __init__(self, session: Session, scene: Scene) -> None:
        super().__init__()
        self.session, self.scene = session, scene
        self.savepoint = session.begin_nested()
        self.expected: dict[str, CertificateState] = {}

    def teardown(self) -> None:
        self.savepoint.rollback()
        self.session.expire_all()

    @property
    def valid(self) -> list[Certificate]:
        found = sa.select(Certificate).where(Certificate.state == CertificateState.VALID)
        return list(self.session.scalars(found.order_by(Certificate.sequence)))

    @rule(which=st.none() | st.sets(st.integers(0, 2), min_size=1))
    def press(self, which: set[int] | None) -> None:
        ids = None if which is None else {self.scene.seats[n].id for n in which}
        held = {one.enrolment_id for one in self.valid}
        made = issue(self.session, self.scene.cohort, ids, by=self.scene.issuer, now=self.scene.now)
        assert not held & {one.enrolment_id for one in made}
        self.expected |= {one.code: CertificateState.VALID for one in made}

    @precondition(lambda self: CertificateState.VALID in self.expected.values())
    @rule(pick=st.integers(0, 2))
    def end(self, pick: int) -> None:
        certificate = self.valid[pick % len(self.valid)]
        revoke(self.session, certificate, REASON, by=self.scene.issuer, now=self.scene.now)
        self.expected[certificate.code] = CertificateState.REVOKED

    @precondition(lambda self: CertificateState.VALID in self.expected.values())
    @rule(pick=st.integers(0, 2))
    def renew(self, pick: int) -> None:
        certificate = self.valid[pick % len(self.valid)]
        new = replace(self.session, certificate, REASON, by=self.scene.issuer, now=self.scene.now)
        self.expected[certificate.code] = CertificateState.REPLACED
        self.expected[new.code] = CertificateState.VALID

    @invariant()
    def every_code_shows_what_became_of_it(self) -> None:
        for code, state in self.expected.items():
            found = by_code(self.session, grouped(code).lower())
            assert found is not None
            assert found.certificate.state is state
            assert (found.replacement is not None) == (state is CertificateState.REPLACED)

    @invariant()
    def numbers_have_no_gap_and_nobody_holds_two(self) -> None:
        numbers = list(self.session.scalars(sa.select(Certificate.sequence).order_by(Certificate.sequence)))
        assert numbers == list(range(1, len(self.expected) + 1))
        holders = [one.enrolment_id for one in self.valid]
        assert len(holders) == len(set(holders))


def test_a_certificate_verifies_exactly_when_it_was_issued_and_not_ended(
    make_scene: Callable[[], Scene], session: Session
) -> None:
    scene = make_scene()
    scene.seat_many(["Ani", "Budi", "Citra"])

    class Here(Life):
        def __init__(self) -> None:
            super().__init__(session, scene)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

"""Mails with links, mails about changes, and forgetting what counts no more."""

from __future__ import annotations

import uuid
from datetime import timedelta

import sqlalchemy as sa

from lms.auth import limits
from lms.auth.mails import account_path, link_mail, reset_address
from lms.auth.models import LinkPurpose, OneTimeLink, SignIn
from lms.auth.queries import account, account_named
from lms.auth.services import make_link
from lms.errors import NotFound
from lms.jobs.queue import Work, job
from lms.notifications.services import mail, notify

# How long ended sessions and old links are kept, to answer questions about them.
KEPT_FOR = timedelta(days=90)


@job()
def send_reset(work: Work, *, name: str) -> None:
    """Mail a reset link, if an active person with an e-mail address goes by this name."""
    with work.transaction() as session:
        found = account_named(session, name)
        if found and found.email:
            token = make_link(session, found.id, LinkPurpose.RESET, now=work.now())
            mail(
                session,
                to=found.email,
                **link_mail(found, token, LinkPurpose.RESET),
                now=work.now(),
                kind="auth:link",
            )


@job()
def send_invitation(work: Work, *, person_id: str) -> None:
    """Mail the link with which somebody sets their first password. Without an address there is nothing to do."""
    with work.transaction() as session:
        try:
            found = account(session, uuid.UUID(person_id))
        except NotFound:  # not active any more
            return
        if found.email:
            token = make_link(session, found.id, LinkPurpose.INVITE, now=work.now())
            mail(
                session,
                to=found.email,
                **link_mail(found, token, LinkPurpose.INVITE),
                now=work.now(),
                kind="auth:link",
            )


@job()
def send_change(work: Work, *, person_id: str, change: str) -> None:
    """Tell somebody that how they sign in was changed, so that they notice when it was not them."""
    with work.transaction() as session:
        notify(
            session,
            [uuid.UUID(person_id)],
            kind="auth:changed",
            template="auth/mail/changed",
            path=account_path(),
            now=work.now(),
            change=change,
            at=work.now(),
            help=reset_address(),
        )


@job(cron="25 18 * * *")
def forget_old(work: Work) -> None:
    """Delete failures after a day, and sessions and links long after they ended."""
    with work.transaction() as session:
        limits.forget(session, now=work.now())
        long_ago = work.now() - KEPT_FOR
        session.execute(
            sa.delete(SignIn).where(sa.or_(SignIn.ended_at < long_ago, SignIn.expires_at < long_ago))
        )
        session.execute(sa.delete(OneTimeLink).where(OneTimeLink.expires_at < long_ago))

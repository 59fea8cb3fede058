"""Saving an import in portions, and forgetting old ones."""

from __future__ import annotations

import uuid

from lms.jobs.queue import Work, job
from lms.people import importing
from lms.people.importing import RowsWentWrong
from lms.people.models import Import


@job()
def save_import(work: Work, *, import_id: str) -> None:
    """Portion by portion, each in its own transaction; one that is to be saved as a whole in a single one."""
    wanted = uuid.UUID(import_id)
    with work.transaction() as session:
        imported = session.get(Import, wanted)
        whole = imported is not None and imported.whole
    if whole:
        _all_or_nothing(work, wanted)
        return
    going = True
    while going:
        with work.transaction() as session:
            going = importing.save_portion(session, wanted, now=work.now())


def _all_or_nothing(work: Work, import_id: uuid.UUID) -> None:
    try:
        with work.transaction() as session:
            while importing.save_portion(session, import_id, now=work.now()):
                session.flush()
    except RowsWentWrong:
        with work.transaction() as session:
            importing.refuse(session, import_id, now=work.now())


@job(cron="50 18 * * *")
def forget_imports(work: Work) -> None:
    with work.transaction() as session:
        importing.forget_old(session, now=work.now())

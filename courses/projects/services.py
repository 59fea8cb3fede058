"""Writing projects, and a group's work on them: the shared draft, versions, the discussion."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Completion
from courses.cohorts.models import Enrolment
from courses.cohorts.queries import Seat
from courses.progress.models import State
from courses.progress.services import begin, record
from courses.projects.deadlines import lateness
from courses.projects.events import ProjectSubmitted
from courses.projects.marking import problems
from courses.projects.models import (
    Comment,
    Draft,
    DraftFile,
    Group,
    GroupMember,
    Milestone,
    Project,
    Version,
    VersionFile,
)
from courses.projects.queries import (
    comment_of,
    draft_of,
    locked_group,
    milestones_of,
    project_of,
    usable_files,
)
from courses.projects.work import HIDE_WITHIN, Contents, Stage
from lms.errors import N_, Conflict, Forbidden, Invalid
from lms.events import publish
from lms.media.models import MediaState
from lms.richtext import clean, from_markdown


class DraftMoved(Conflict):
    """Somebody saved the group's draft since the member read it."""

    default = N_(
        "Anggota lain menyimpan draf lebih dahulu. Tulisan Anda tetap di sini; simpan draf untuk membandingkan."
    )


def create_project(
    session: Session,
    activity: Activity,
    *,
    brief: str,
    group_size: tuple[int, int],
    milestones: Sequence[Mapping[str, Any]],
    rubric: Sequence[Mapping[str, Any]],
    now: datetime,
) -> Project:
    """The project of an activity. Milestones bring `title` and `days_after_start`, the rubric what marking reads."""
    project = Project(
        activity_id=activity.id, group_min=1, group_max=1, rubric=[], rubric_version=0, updated_at=now
    )
    session.add(project)
    session.flush()
    return edit_project(
        session,
        project,
        brief=brief,
        group_size=group_size,
        milestones=milestones,
        rubric=rubric,
        now=now,
    )


def edit_project(
    session: Session,
    project: Project,
    *,
    brief: str,
    group_size: tuple[int, int],
    milestones: Sequence[Mapping[str, Any]],
    rubric: Sequence[Mapping[str, Any]],
    now: datetime,
) -> Project:
    """Save brief, sizes, stages and rubric. Raises Invalid at the first thing that is wrong."""
    project.group_min, project.group_max = _sizes(group_size)
    wrong = problems(rubric)
    if wrong:
        raise wrong[0].refusal()
    project.brief, project.brief_html = brief, clean(from_markdown(brief))
    named = _with_ids(rubric)
    if named != project.rubric:
        project.rubric = named
        project.rubric_version += 1
    _set_milestones(session, project, milestones)
    project.updated_at = now
    session.flush()
    return project


def _sizes(group_size: tuple[int, int]) -> tuple[int, int]:
    least, most = group_size
    if not 1 <= least <= most <= 100:
        raise Invalid(
            N_("Ukuran kelompok paling sedikit 1, dan yang terbesar tidak lebih kecil dari yang terkecil."),
            field="group_min",
        )
    return least, most


def _with_ids(rubric: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rubric with an id for each criterion that has none yet; ids stay when criteria move."""
    taken = {str(row["id"]) for row in rubric if row.get("id")}
    free = (name for name in (f"c{number}" for number in range(1, 1000)) if name not in taken)
    return [{**row, "id": str(row.get("id") or next(free))} for row in rubric]


def _set_milestones(session: Session, project: Project, rows: Sequence[Mapping[str, Any]]) -> None:
    known = {stage.id: stage for stage in milestones_of(session, project.activity_id)}
    for position, row in enumerate(rows, 1):
        stage = known.pop(row.get("id"), None) or Milestone(activity_id=project.activity_id)  # type: ignore[arg-type]
        stage.title, stage.days_after_start = str(row["title"]), int(row["days_after_start"])
        stage.position = position
        session.add(stage)
    for gone in known.values():
        if session.scalar(sa.select(Version.id).where(Version.milestone_id == gone.id).limit(1)):
            raise Invalid(
                N_("Tahap “%(title)s” sudah punya kumpulan dari kelompok, jadi tidak dapat dihapus."),
                field="milestones",
                title=gone.title,
            )
        session.delete(gone)


def copy_project(session: Session, source_id: uuid.UUID, target: Activity, *, now: datetime) -> Project:
    """The same project under another activity, without groups or work."""
    source = project_of(session, source_id)
    stages = milestones_of(session, source_id)
    return create_project(
        session,
        target,
        brief=source.brief,
        group_size=(source.group_min, source.group_max),
        milestones=[{"title": s.title, "days_after_start": s.days_after_start} for s in stages],
        rubric=source.rubric,
        now=now,
    )


def save_draft(
    session: Session, seat: Seat, activity_id: uuid.UUID, what: Contents, *, revision: int, now: datetime
) -> Draft:
    """Save the group's draft over the revision that the member had read.

    Raises DraftMoved when somebody saved something else in between; nothing is overwritten then.
    """
    group = locked_group(session, seat, activity_id)
    draft = draft_of(session, group.id)
    if draft and draft.revision != revision and not _says(session, draft, what):
        raise DraftMoved
    begin(session, seat.enrolment_id, activity_id, now=now)
    return _keep(session, group, draft, what, by=seat.person_id, now=now)


def _says(session: Session, draft: Draft, what: Contents) -> bool:
    return (
        draft.text == what.text
        and draft.links == what.links
        and _draft_files(session, draft) == what.media_ids
    )


def _draft_files(session: Session, draft: Draft) -> list[uuid.UUID]:
    found = sa.select(DraftFile.media_id).where(DraftFile.group_id == draft.group_id)
    return list(session.scalars(found.order_by(DraftFile.position)))


def _keep(
    session: Session, group: Group, draft: Draft | None, what: Contents, *, by: uuid.UUID, now: datetime
) -> Draft:
    chosen = _checked_files(session, group.id, by, what.media_ids)
    if draft is None:
        draft = Draft(group_id=group.id, revision=0, saved_by=by, saved_at=now, text="", links=[])
        session.add(draft)
        session.flush()
    elif _says(session, draft, what):
        return draft
    draft.text, draft.links = what.text, what.links
    draft.revision += 1
    draft.saved_by, draft.saved_at = by, now
    session.execute(sa.delete(DraftFile).where(DraftFile.group_id == group.id))
    session.add_all(DraftFile(group_id=group.id, media_id=id_, position=n) for n, id_ in enumerate(chosen))
    session.flush()
    return draft


def _checked_files(
    session: Session, group_id: uuid.UUID, person_id: uuid.UUID, media_ids: Sequence[uuid.UUID]
) -> list[uuid.UUID]:
    """The chosen files, each once; Invalid for a file that is not theirs to hand in or has not arrived."""
    usable = usable_files(session, group_id, person_id, media_ids)
    for id_ in media_ids:
        if id_ not in usable:
            raise Invalid(N_("Satu berkas tidak ditemukan di unggahan Anda. Unggah lagi."), field="berkas")
        if usable[id_].state not in {MediaState.STORED, MediaState.READY}:
            raise Invalid(
                N_("Berkas %(name)s belum selesai diunggah. Tunggu sampai selesai, lalu kumpulkan."),
                field="berkas",
                name=usable[id_].name,
            )
    return list(dict.fromkeys(media_ids))


def submit(
    session: Session,
    seat: Seat,
    activity_id: uuid.UUID,
    stage: Stage,
    what: Contents,
    *,
    client_id: uuid.UUID,
    revision: int,
    note: str = "",
    now: datetime,
) -> Version:
    """Hand in a new version for a stage. The same press twice makes one version; two members make two, in order.

    Late work is taken and marked. The draft follows unless somebody else saved another one in between.
    """
    group = locked_group(session, seat, activity_id)
    known = session.scalars(
        sa.select(Version).where(Version.group_id == group.id, Version.client_id == client_id)
    ).one_or_none()
    if known:
        return known
    if what.is_empty:
        raise Invalid(N_("Tulis sesuatu, pilih berkas, atau beri tautan sebelum mengumpulkan."), field="text")
    files = _checked_files(session, group.id, seat.person_id, what.media_ids)
    version = _new_version(session, group, stage, what, seat, client_id=client_id, note=note, now=now)
    session.add_all(
        VersionFile(version_id=version.id, media_id=id_, position=n) for n, id_ in enumerate(files)
    )
    draft = draft_of(session, group.id)
    if draft is None or draft.revision == revision:
        _keep(session, group, draft, what, by=seat.person_id, now=now)
    if stage.id is None:
        _note_handed_in(session, group, now=now)
    publish(
        session,
        ProjectSubmitted(
            version.id, group.id, group.cohort_id, group.activity_id, stage.id is None, seat.person_id
        ),
    )
    return version


def _new_version(
    session: Session,
    group: Group,
    stage: Stage,
    what: Contents,
    seat: Seat,
    *,
    client_id: uuid.UUID,
    note: str,
    now: datetime,
) -> Version:
    last = session.scalar(
        sa.select(sa.func.max(Version.number)).where(
            Version.group_id == group.id, Version.milestone_id.is_not_distinct_from(stage.id)
        )
    )
    version = Version(
        group_id=group.id,
        milestone_id=stage.id,
        number=(last or 0) + 1,
        client_id=client_id,
        text=what.text,
        html=clean(from_markdown(what.text)),
        links=what.links,
        note=note,
        submitted_by=seat.person_id,
        submitted_at=now,
        late=lateness(now, stage.due_at),
    )
    session.add(version)
    session.flush()
    return version


def _note_handed_in(session: Session, group: Group, *, now: datetime) -> None:
    """Every current member waits for the mark, or is done where handing in is all that was asked."""
    activity = session.get_one(Activity, group.activity_id)
    state = State.DONE if activity.completion is Completion.SUBMITTED else State.WAITING
    for enrolment_id in current_enrolments(session, group.id):
        record(session, enrolment_id, group.activity_id, state, now=now)


def current_enrolments(session: Session, group_id: uuid.UUID) -> Iterable[uuid.UUID]:
    """The enrolments of a group's current members, always in one order, so that two writers lock them alike."""
    found = (
        sa.select(GroupMember.enrolment_id)
        .join(Enrolment, Enrolment.id == GroupMember.enrolment_id)
        .where(GroupMember.group_id == group_id, GroupMember.left_at.is_(None))
    )
    return session.scalars(found.order_by(GroupMember.enrolment_id)).all()


def say(
    session: Session,
    group_id: uuid.UUID,
    text: str,
    *,
    client_id: uuid.UUID,
    by: uuid.UUID,
    now: datetime,
) -> None:
    """Add a word to a group's discussion; the same press twice says it once."""
    if not text.strip():
        raise Invalid(N_("Tulis tanggapan sebelum mengirim."), field="text")
    session.execute(
        insert(Comment)
        .values(group_id=group_id, client_id=client_id, person_id=by, text=text, at=now)
        .on_conflict_do_nothing(index_elements=[Comment.group_id, Comment.client_id])
    )


def hide(
    session: Session, group_id: uuid.UUID, comment_id: uuid.UUID, *, by: uuid.UUID, now: datetime
) -> None:
    """Take back one's own word within ten minutes; the row stays."""
    comment = comment_of(session, group_id, comment_id)
    if comment.person_id != by:
        raise Forbidden
    if now - comment.at > HIDE_WITHIN:
        raise Conflict(N_("Tanggapan hanya dapat ditarik dalam 10 menit."))
    comment.hidden_at = comment.hidden_at or now


def set_role(session: Session, seat: Seat, activity_id: uuid.UUID, role: str) -> None:
    """What a member does in the group, in their own words."""
    group = locked_group(session, seat, activity_id)
    session.execute(
        sa.update(GroupMember)
        .where(
            GroupMember.group_id == group.id,
            GroupMember.enrolment_id == seat.enrolment_id,
            GroupMember.left_at.is_(None),
        )
        .values(role=role.strip()[:80])
    )

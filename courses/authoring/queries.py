"""What an author needs to know about a whole course, in a fixed number of statements."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from courses.authoring.gaps import NO_BRIEF, Gap, LessonFacts, QuizFacts, Readiness, lesson_gaps, quiz_gaps
from courses.catalogue.models import Activity, Completion, Course, Kind
from courses.lessons.models import Lesson, LessonMedia, Part
from courses.lessons.prose import media_in, without_words
from courses.lessons.queries import LessonFile
from courses.lessons.services import bytes_of
from courses.progress.models import Progress
from courses.projects.models import Project
from courses.quizzes.kinds.registry import check
from courses.quizzes.models import Attempt, Question, QuizQuestion
from lms.media.models import Media, MediaState
from lms.richtext import text_of, words


def activities_in(course: Course) -> list[Activity]:
    """The activities of a loaded course, in order."""
    return [activity for module in course.modules for activity in module.activities]


def readiness_of(session: Session, course: Course) -> Readiness:
    """What a course lacks and weighs, in two statements."""
    activities = activities_in(course)
    lessons = _lessons(session, [a for a in activities if a.kind is Kind.LESSON])
    ids = {kind: [a.id for a in activities if a.kind is kind] for kind in Kind}
    quizzes, blank = _others(session, ids[Kind.QUIZ], ids[Kind.PROJECT])
    facts = [_facts(activity, html, files) for activity, html, files in lessons]
    weights = {activity.id: bytes_of(html, files) for activity, html, files in lessons}
    text = sum(len(html.encode()) for _, html, _ in lessons)
    gaps = lesson_gaps(facts) + quiz_gaps(quizzes) + [Gap(id_, NO_BRIEF) for id_ in blank]
    place = {activity.id: number for number, activity in enumerate(activities)}
    gaps.sort(key=lambda gap: place[gap.activity_id])
    return Readiness(gaps, sum(weights.values()), text, weights)


def _lessons(
    session: Session, activities: Sequence[Activity]
) -> list[tuple[Activity, str, list[LessonFile]]]:
    found = (
        sa.select(Lesson.activity_id, Lesson.html, LessonMedia, Media)
        .outerjoin(LessonMedia, LessonMedia.activity_id == Lesson.activity_id)
        .outerjoin(Media, Media.id == LessonMedia.media_id)
        .where(Lesson.activity_id.in_([activity.id for activity in activities]))
        .order_by(LessonMedia.position, LessonMedia.id)
    )
    html: dict[uuid.UUID, str] = {}
    files: dict[uuid.UUID, list[LessonFile]] = defaultdict(list)
    for activity_id, text, file, media in session.execute(found):
        html[activity_id] = text
        if file is not None:
            files[activity_id].append(LessonFile(file, media))
    return [(a, html.get(a.id, ""), files[a.id]) for a in activities]


def _facts(activity: Activity, html: str, files: Sequence[LessonFile]) -> LessonFacts:
    return LessonFacts(
        activity.id,
        words=words(text_of(html)),
        pictures=len(media_in(html)),
        parts=[file.part.value for file in files],
        pictures_without_words=without_words(html),
        videos_without_captions=sum(f.part is Part.VIDEO and not f.row.captions for f in files),
        unready=sum(_is_unready(file) and not _is_failed(file) for file in files),
        failed=sum(map(_is_failed, files)),
        must_watch=activity.completion is Completion.WATCHED,
    )


def _is_unready(file: LessonFile) -> bool:
    if file.part is Part.SOURCE:
        return "taken" not in file.row.facts
    return file.part is not Part.ATTACHMENT and file.media.state is not MediaState.READY


def _is_failed(file: LessonFile) -> bool:
    """Whether waiting does not help: the file has to be brought anew, or taken out."""
    if file.part is Part.SOURCE:
        return "problem" in file.row.facts
    return file.part is not Part.ATTACHMENT and file.media.state is MediaState.FAILED


def _others(
    session: Session, quiz_ids: Sequence[uuid.UUID], project_ids: Sequence[uuid.UUID]
) -> tuple[list[QuizFacts], list[uuid.UUID]]:
    """The facts of quizzes, and the projects that have no brief yet, in one statement."""
    asked = (
        sa.select(QuizQuestion.activity_id, Question.content)
        .join(Question, Question.id == QuizQuestion.question_id)
        .where(QuizQuestion.activity_id.in_(quiz_ids), Question.retired_at.is_(None))
    )
    briefed = sa.select(Project.activity_id, sa.cast(sa.null(), JSONB)).where(
        Project.activity_id.in_(project_ids), Project.brief != ""
    )
    questions: dict[uuid.UUID, list[bool]] = defaultdict(list)
    for activity_id, content in session.execute(sa.union_all(asked, briefed)):
        questions[activity_id].append(content is not None and bool(check(content)))
    facts = [QuizFacts(id_, len(questions[id_]), sum(questions[id_])) for id_ in quiz_ids]
    return facts, [id_ for id_ in project_ids if id_ not in questions]


def worked_on(session: Session, activity_id: uuid.UUID) -> bool:
    """Whether any learner has begun an activity."""
    begun = sa.exists().where(Progress.activity_id == activity_id)
    tried = sa.exists().where(Attempt.activity_id == activity_id)
    return bool(session.scalar(sa.select(sa.or_(begun, tried))))

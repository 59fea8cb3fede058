"""Writing a lesson: its text with drafts, history and conflicts."""

from __future__ import annotations

import uuid
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.catalogue.models import Activity, Kind
from courses.catalogue.permissions import AUTHOR
from courses.catalogue.queries import activity_of
from courses.catalogue.services import Stale
from courses.lessons import splitting
from courses.lessons.forms import TextForm, draft_in, html_in
from courses.lessons.markdown import to_markdown
from courses.lessons.models import Lesson
from courses.lessons.pasting import with_lists
from courses.lessons.prose import rendered
from courses.lessons.queries import LessonPage, draft_of, files_of, lesson_of, version_of, versions_of
from courses.lessons.services import drop_draft, restore, save_draft, write_lesson
from courses.lessons.showing import prose_for_author
from courses.lessons.views import blueprint
from lms.access import needs
from lms.clock import now
from lms.errors import Invalid, NotFound
from lms.richtext import clean
from lms.shell.words import clock
from lms.web import actor, session, store

EDIT = "/kelola/pelajaran/<uuid:activity_id>"


def lesson_activity(activity_id: uuid.UUID, *, write: bool = True) -> Activity:
    """A lesson that the actor may change (or only see)."""
    activity = activity_of(session(), actor(), activity_id, write=write)
    if activity.kind is not Kind.LESSON:
        raise NotFound
    return activity


@blueprint.get(EDIT)
@needs(AUTHOR)
def edit(activity_id: uuid.UUID) -> str:
    activity = lesson_activity(activity_id)
    lesson = lesson_of(session(), activity_id)
    draft = draft_of(session(), activity_id, actor().id)
    form = TextForm(
        source=draft.source if draft else lesson.source,
        version=draft.base_version if draft else lesson.version,
    )
    return _editor(activity, lesson, form, draft=draft)


@blueprint.post(EDIT)
@needs(AUTHOR)
def save(activity_id: uuid.UUID) -> str | Response | tuple[str, int]:
    """The ordinary form: `act` is "save", "preview" or "draft"."""
    activity = lesson_activity(activity_id)
    lesson = lesson_of(session(), activity_id)
    form = TextForm()
    if not form.validate_on_submit():
        return _editor(activity, lesson, form), 422
    act = request.form.get("act", "save")
    if act == "preview":
        return _editor(activity, lesson, form, shown=form.source.data or "")
    try:
        return _kept(activity, form, act)
    except Stale:
        # The newer version goes into the form: saving once more replaces it, knowingly; it stays in the history.
        form.now_at(lesson.version)
        return _editor(activity, lesson, form, theirs=lesson.source), 409
    except Invalid as refusal:
        form.refuse(refusal.field, _(refusal.message) % refusal.values)
        return _editor(activity, lesson, form), 422


def _kept(activity: Activity, form: TextForm, act: str) -> Response:
    source, version = form.source.data or "", form.version.data
    if act == "draft":
        save_draft(session(), activity.id, source, version, by=actor(), now=now())
        flash(_("Draf tersimpan di server. Peserta belum melihatnya."), "success")
        return redirect(url_for("lessons.edit", activity_id=activity.id), 303)
    write_lesson(session(), activity, source, by=actor(), now=now(), version=version)
    flash(_("Isi pelajaran tersimpan."), "success")
    return redirect(url_for("lessons.edit", activity_id=activity.id), 303)


def _editor(activity: Activity, lesson: Lesson, form: TextForm, **more: Any) -> str:
    """The page; `shown` is text to preview, `theirs` what somebody else saved meanwhile."""
    files = files_of(session(), activity.id)
    shown = more.pop("shown", None)
    page = LessonPage(activity.id, rendered(shown or ""), files)
    return render_template(
        "lessons/edit.html",
        activity=activity,
        lesson=lesson,
        form=form,
        files=files,
        preview=prose_for_author(page, store()) if shown is not None else None,
        draft=more.get("draft"),
        theirs=more.get("theirs"),
        chapters=splitting.count(lesson.html),
    )


@blueprint.post(f"{EDIT}/draf")
@needs(AUTHOR)
def autosave(activity_id: uuid.UUID) -> dict[str, Any]:
    """What the script sends every few seconds: `{"source", "version"}`; answers with the server's time."""
    lesson_activity(activity_id)
    source, version = draft_in(request.get_json(silent=True))
    save_draft(session(), activity_id, source, version, by=actor(), now=now())
    newest = lesson_of(session(), activity_id).version
    return {
        "saved": _("Draf tersimpan di server, %(time)s", time=clock(now())),
        "stale": _("Orang lain menyimpan pelajaran ini. Saat Anda menyimpan, kedua tulisan ditampilkan.")
        if newest != version
        else "",
    }


@blueprint.post(f"{EDIT}/draf/buang")
@needs(AUTHOR)
def discard(activity_id: uuid.UUID) -> Response:
    lesson_activity(activity_id)
    drop_draft(session(), activity_id, actor().id)
    flash(_("Draf dibuang. Halaman ini kembali ke isi yang tersimpan."), "success")
    return redirect(url_for("lessons.edit", activity_id=activity_id), 303)


@blueprint.post(f"{EDIT}/bersihkan")
@needs(AUTHOR)
def tidy(activity_id: uuid.UUID) -> dict[str, str]:
    """Text pasted from Word or a web page, as Markdown without its styles."""
    lesson_activity(activity_id)
    return {"markdown": to_markdown(clean(with_lists(html_in(request.get_json(silent=True)))))}


@blueprint.post(f"{EDIT}/pratinjau-teks")
@needs(AUTHOR)
def preview(activity_id: uuid.UUID) -> str:
    """The typed text as learners would read it, for the script; without it the form shows the same."""
    lesson_activity(activity_id)
    source, _version = draft_in(request.get_json(silent=True))
    page = LessonPage(activity_id, rendered(source), files_of(session(), activity_id))
    return prose_for_author(page, store())


@blueprint.get(f"{EDIT}/versi")
@needs(AUTHOR)
def history(activity_id: uuid.UUID) -> str:
    activity = lesson_activity(activity_id)
    return render_template(
        "lessons/history.html", activity=activity, versions=versions_of(session(), activity_id)
    )


@blueprint.get(f"{EDIT}/versi/<int:number>")
@needs(AUTHOR)
def old(activity_id: uuid.UUID, number: int) -> str:
    activity = lesson_activity(activity_id)
    version = version_of(session(), activity_id, number)
    page = LessonPage(activity_id, version.html, files_of(session(), activity_id))
    return render_template(
        "lessons/version.html",
        activity=activity,
        version=version,
        prose=prose_for_author(page, store()),
        newest=lesson_of(session(), activity_id).version,
    )


@blueprint.post(f"{EDIT}/versi/<int:number>/pulihkan")
@needs(AUTHOR)
def bring_back(activity_id: uuid.UUID, number: int) -> Response:
    activity = lesson_activity(activity_id)
    restore(session(), activity, number, by=actor(), now=now())
    flash(_("Versi %(number)s dipulihkan. Versi lain tetap ada di riwayat.", number=number), "success")
    return redirect(url_for("lessons.edit", activity_id=activity_id), 303)


@blueprint.get(f"{EDIT}/bagi")
@needs(AUTHOR)
def cut(activity_id: uuid.UUID) -> str:
    activity = lesson_activity(activity_id)
    lesson = lesson_of(session(), activity_id)
    return render_template(
        "lessons/split.html",
        activity=activity,
        chapters=splitting.chapters(lesson.html, activity.title),
    )


@blueprint.post(f"{EDIT}/bagi")
@needs(AUTHOR)
def split(activity_id: uuid.UUID) -> Response:
    activity = lesson_activity(activity_id)
    made = splitting.split(session(), activity, by=actor(), now=now())
    flash(_("Pelajaran dibagi menjadi %(count)s. Yang baru masih draf.", count=len(made) + 1), "success")
    return redirect(url_for("authoring.show", course_id=activity.course_id), 303)

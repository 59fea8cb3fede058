"""The operator's page."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.access import needs
from lms.clock import ahead, now
from lms.operations import delivery_views, readiness, services
from lms.operations.permissions import OPERATE
from lms.operations.queries import counts, queue
from lms.web import actor, session, settings, store

blueprint = Blueprint("operations", __name__, url_prefix="/sistem")
blueprint.register_blueprint(delivery_views.blueprint)


@blueprint.get("")
@needs(OPERATE)
def show() -> str:
    folder = settings().data_dir
    moment = now()
    database = readiness.database(session(), Path(current_app.root_path))
    facts = [
        (_("Basis data dan migrasi"), database.migrated),
        (_("Ruang penyimpanan server"), readiness.disk(folder)),
        (_("Antrean pekerjaan"), readiness.jobs(session(), now=moment)),
        (_("Penyimpanan berkas"), readiness.files(store())),
        (_("Jam server"), readiness.clock(ahead())),
        (_("Data tetap ada saat listrik padam"), database.durable),
    ]
    return render_template(
        "operations/show.html",
        facts=facts,
        queue=queue(session(), now=moment),
        counts=counts(session(), now=moment),
        free=readiness.free_disk(folder),
        in_s3=bool(settings().s3_endpoint),
        moment=moment,
    )


@blueprint.post("/pekerjaan/<int:job_id>/ulang")
@needs(OPERATE)
def retry(job_id: int) -> Response:
    name = services.retry(session(), job_id, by=actor(), now=now())
    flash(_("Pekerjaan %(name)s diulang.", name=name), "success")
    return redirect(url_for(".show"), 303)


@blueprint.post("/pekerjaan/<int:job_id>/hapus")
@needs(OPERATE, fresh=True)
def delete(job_id: int) -> Response:
    name = services.delete(session(), job_id, by=actor(), now=now())
    flash(_("Pekerjaan %(name)s dihapus.", name=name), "success")
    return redirect(url_for(".show"), 303)

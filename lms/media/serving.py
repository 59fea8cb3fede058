"""The folder store's addresses: taking parts in and giving files out, to whoever holds a signed address.

With S3 these pages answer 404, because browsers talk to the store itself.
"""

from __future__ import annotations

from flask import Blueprint, abort, request, send_file
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response

from lms.access import BEARER, needs
from lms.errors import N_, Forbidden, NotFound
from lms.storage.folder import BadAddress, Changed, FolderStore, TooLong
from lms.storage.store import PART_SIZE, disposition
from lms.web import store

blueprint = Blueprint("files", __name__)

EXPIRED = N_("Alamat berkas ini tidak berlaku lagi. Muat ulang halaman asalnya, lalu coba lagi.")
SANDBOX = "sandbox; default-src 'none'"


@blueprint.record_once
def no_token(state: BlueprintSetupState) -> None:
    """The signed address is the proof: a store knows no session, and neither does this one."""
    state.app.extensions["csrf"].exempt(put_part)


@blueprint.put("/berkas/<path:key>")
@needs(BEARER)
def put_part(key: str) -> Response:
    folder = _folder()
    _verified(folder, "PUT", key)
    if request.content_length is None:
        abort(411)
    try:
        number, announced = int(request.args["p"]), request.args.get("h", "")
        part = folder.put_part(request.args["u"], number, request.stream, announced=announced)
    except TooLong:
        abort(413)
    except Changed:
        abort(400)
    except FileNotFoundError as error:
        raise NotFound from error
    return Response(status=200, headers={"ETag": f'"{part.etag}"'})


@blueprint.get("/berkas/<path:key>")
@needs(BEARER)
def get(key: str) -> Response:
    folder = _folder()
    left = _verified(folder, "GET", key)
    file = folder.file_of(key)
    if not file.is_file():
        raise NotFound
    # Bytes go out as they are stored: a range of a compressed file would be a range of something else.
    request.environ.pop("HTTP_ACCEPT_ENCODING", None)
    answer = send_file(file, mimetype=request.args.get("t", ""), max_age=left, conditional=True)
    answer.content_type = request.args.get("t", "application/octet-stream")
    answer.cache_control.public = False
    answer.cache_control.private = True
    answer.headers["Content-Disposition"] = disposition(request.args.get("n", ""), inline="i" in request.args)
    answer.headers["Content-Security-Policy"] = SANDBOX
    return answer


def _folder() -> FolderStore:
    found = store()
    if not isinstance(found, FolderStore):
        raise NotFound
    return found


def _verified(folder: FolderStore, method: str, key: str) -> int:
    """For how many seconds the address is still good. Raises Forbidden."""
    if method == "PUT" and (request.content_length or 0) > PART_SIZE:
        abort(413)
    try:
        return folder.verify(method, key, request.args.to_dict())
    except BadAddress as error:
        raise Forbidden(EXPIRED) from error

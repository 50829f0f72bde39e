"""The door of the desk: who is in, and that a form was really sent from one of our pages."""

import secrets
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

_FORM_BYTES = 16_384
_FIELDS = 50
_OPEN = ("/login", "/static/")
_READS = ("GET", "HEAD")
_FORM = "storyline.form"


class Door:
    """Lets nobody in who has not said the password, and no form without its page's token.

    Every request but a reading one must carry the token, so that no page can forget to ask for it.
    """

    def __init__(self, app: ASGIApp, *, needs_password: bool) -> None:
        self._app = app
        self._needs_password = needs_password

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        refused = await self._refused(request)
        await (refused or self._app)(scope, receive, send)

    async def _refused(self, request: Request) -> Response | None:
        path, session = request.url.path, request.session
        if "token" not in session:
            session["token"] = secrets.token_urlsafe(24)
        is_open = path == _OPEN[0] or path.startswith(_OPEN[1])
        if self._needs_password and not is_open and session.get("is_in") is not True:
            return RedirectResponse("/login", 303)
        if request.method in _READS:
            return None
        form = await _read_form(request)
        if form is None:
            return PlainTextResponse("The form is too long.", 413)
        sent = form.get("token", "")
        if not secrets.compare_digest(sent.encode(), str(session["token"]).encode()):
            return PlainTextResponse("This form has expired: load the page again.", 403)
        request.scope[_FORM] = form
        return None


def enter(request: Request) -> None:
    """Somebody has said the password: nothing of what was before stays in their session."""
    request.session.clear()
    request.session.update(is_in=True, token=secrets.token_urlsafe(24))


def leave(request: Request) -> None:
    request.session.clear()


def form_of(request: Request) -> dict[str, str]:
    """The form that the door has read and found genuine."""
    form: dict[str, str] = request.scope[_FORM]
    return form


def token_of(connection: HTTPConnection) -> str:
    return str(connection.session["token"])


async def _read_form(request: Request) -> dict[str, str] | None:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _FORM_BYTES:
            return None
    text = body.decode("utf-8", "replace")
    try:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=_FIELDS)
    except ValueError:
        return None
    return {name: values[-1] for name, values in fields.items()}

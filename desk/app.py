"""The web application: which address is which page, and what stands before them all."""

import hashlib
import hmac
import logging
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bot.records import RecordsError
from desk.office import Office
from desk.pages import call, calls, entrance, line, listen, live, outbound
from desk.render import page
from desk.security.door import Door
from desk.security.headers import SecurityHeaders
from desk.security.password import Attempts, Password
from desk.strip import Strip

logger = logging.getLogger("storyline.desk")

_STAYS_IN_S = 12 * 3600
# Without a password only names of this machine: another page's name that points here is refused.
_THIS_MACHINE = ["127.0.0.1", "localhost", "[::1]"]

_ROUTES = [
    Route("/", calls.home),
    Route("/calls", calls.calls),
    Route("/calls.csv", calls.calls_csv),
    Route("/calls.json", calls.calls_json),
    Route("/calls/{call_id}", call.call),
    Route("/calls/{call_id}/words", call.words, methods=["POST"]),
    Route("/calls/{call_id}/sound", call.sound, methods=["POST"]),
    Route("/calls/{call_id}/recording", call.recording),
    Route("/live", live.live),
    Route("/live/stream", live.stream),
    Route("/live/{call_id}/hang-up", live.hang_up, methods=["POST"]),
    Route("/live/{call_id}/listen", listen.listen, methods=["POST"]),
    Route("/live/{call_id}/sound", listen.sound),
    Route("/outbound", outbound.outbound),
    Route("/outbound/block", outbound.block, methods=["POST"]),
    Route("/outbound/forget", outbound.forget, methods=["POST"]),
    Route("/line", line.line),
    Route("/line/check", line.check, methods=["POST"]),
    Route("/login", entrance.login),
    Route("/login", entrance.try_password, methods=["POST"]),
    Route("/logout", entrance.logout, methods=["POST"]),
    Mount("/static", StaticFiles(directory=Path(__file__).with_name("static"))),
]


def make_app(
    office: Office,
    *,
    secret: str,
    password: str | None = None,
    attempts: Attempts | None = None,
    is_https: bool = False,
) -> ASGIApp:
    """The desk. Without `password` only this machine's own names are answered.

    `secret`: nobody else's; sessions are signed with a key made of it and of the password, so a
    new password ends every session. `is_https`: the cookie is sent over TLS alone.
    """
    key = hmac.digest(secret.encode(), f"desk session {password}".encode(), hashlib.sha256)
    app = Starlette(
        routes=_ROUTES,
        middleware=[
            Middleware(TrustedHostMiddleware, allowed_hosts=["*"] if password else _THIS_MACHINE),
            Middleware(
                SessionMiddleware,
                secret_key=key.hex(),
                session_cookie="storyline_desk",
                max_age=_STAYS_IN_S,
                same_site="strict",
                https_only=is_https,
            ),
            Middleware(Door, needs_password=password is not None),
        ],
        exception_handlers={HTTPException: _explain, RecordsError: _database, Exception: _fault},
    )
    app.state.office = office
    app.state.strip = Strip(office.records, office.clock)
    app.state.password = Password(password) if password else None
    app.state.attempts = attempts or Attempts()
    app.state.streams = live.streams()
    app.state.listeners = listen.listeners()
    return SecurityHeaders(app)  # around everything, so that errors have them too


async def _explain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return page(request, "error.html", status=error.status_code, said=error.detail)


async def _database(request: Request, error: Exception) -> Response:
    logger.warning("the desk cannot read the records", extra={"error": str(error)})
    said = "The database does not answer. Calls go on; load the page again in a moment."
    return page(request, "error.html", status=503, said=said)


async def _fault(_: Request, __: Exception) -> Response:
    return PlainTextResponse("The page failed; the log says more.", 500)

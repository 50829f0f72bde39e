"""Saying the password, and leaving."""

import logging

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from desk.render import page
from desk.security.door import enter, form_of, leave
from desk.security.password import Attempts, Password

logger = logging.getLogger("storyline.desk")


async def login(request: Request) -> Response:
    """The form."""
    return page(request, "login.html", said="")


async def try_password(request: Request) -> Response:
    """Let somebody in who says it; after five wrong ones in five minutes nobody is heard."""
    password: Password | None = request.app.state.password
    attempts: Attempts = request.app.state.attempts
    address = request.client.host if request.client else ""
    if password is None:
        return RedirectResponse("/calls", 303)
    if not attempts.may_try(address):
        said = "Too many wrong passwords. Wait five minutes."
        return page(request, "login.html", status=429, said=said)
    # Counted before it is looked at: many at once must not all be looked at.
    attempts.failed(address)
    if not await password.is_right(form_of(request).get("password", "")):
        logger.warning("a wrong password at the desk")
        return page(request, "login.html", status=401, said="That is not the password.")
    attempts.forgive(address)
    enter(request)
    return RedirectResponse("/calls", 303)


async def logout(request: Request) -> Response:
    leave(request)
    return RedirectResponse("/login", 303)

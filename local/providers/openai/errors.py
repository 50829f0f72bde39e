"""OpenAI's shape of an error, for HTTP and for the `error` event."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from local.providers.faults import Fault

# The one API key that is refused.
WRONG_KEY = "wrong-key"


def error_body(
    message: str,
    *,
    kind: str = "invalid_request_error",
    code: str | None = None,
    param: str | None = None,
) -> dict[str, Any]:
    return {"message": message, "type": kind, "param": param, "code": code}


def error_response(status: int, error: Mapping[str, Any]) -> web.Response:
    return web.json_response({"error": error}, status=status)


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> web.Response:
    """400: the request makes no sense."""
    return error_response(400, error_body(message, param=param, code=code))


def wrong_key() -> web.Response:
    message = f"Incorrect API key provided: {WRONG_KEY}."
    return error_response(401, error_body(message, code="invalid_api_key"))


def fault_body(fault: Fault) -> dict[str, Any]:
    """The error that OpenAI would send with the fault's status."""
    if fault.status == 401:
        return error_body("Incorrect API key provided.", code="invalid_api_key")
    if fault.status == 429:
        message = "Rate limit reached for requests."
        return error_body(message, kind="requests", code="rate_limit_exceeded")
    if fault.status < 500:
        return error_body(f"The request was refused with status {fault.status} (armed fault).")
    message = "The server had an error while processing your request. Sorry about that!"
    return error_body(message, kind="server_error")

"""Server events (openai.types.realtime) and the errors that an event can cause."""

import uuid
from typing import Any

Event = dict[str, Any]


def event(kind: str, **fields: Any) -> Event:
    return {"type": kind, "event_id": new_id("event"), **fields}


def new_id(prefix: str) -> str:
    return f"{prefix}_{uuid.uuid4().hex[:21]}"


class ClientEventError(Exception):
    """What the client sent cannot be done; sent back as an `error` event."""

    def __init__(self, message: str, *, code: str | None = None, param: str | None = None) -> None:
        super().__init__(message)
        self.body = {
            "type": "invalid_request_error",
            "code": code,
            "message": message,
            "param": param,
        }

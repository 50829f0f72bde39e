"""What the providers were asked, for tests to look at. Kept in memory only."""

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.providers.faults import Service

KEPT = 500
KEPT_HEADERS = ("User-Agent", "X-LiveKit-Room-ID", "X-LiveKit-Job-ID", "X-LiveKit-Session-ID")


@dataclass(frozen=True)
class SeenRequest:
    """A request, an opened websocket (`kind` "connect") or a realtime "response"."""

    service: Service
    kind: str
    at_s: float
    """Unix time."""
    model: str
    headers: Mapping[str, str] = field(default_factory=dict)
    messages: tuple[Mapping[str, Any], ...] = ()
    """chat: as they came. realtime responses: the conversation so far, as role and text."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """stt: the query; chat: tools; speech: input and voice; realtime: instructions and tools."""


class SeenLog:
    """The last requests, oldest first."""

    def __init__(self) -> None:
        self._seen: deque[SeenRequest] = deque(maxlen=KEPT)

    def note(
        self,
        service: Service,
        kind: str,
        model: str,
        headers: Mapping[str, str],
        messages: tuple[Mapping[str, Any], ...] = (),
        details: Mapping[str, Any] | None = None,
    ) -> None:
        kept = {name: headers[name] for name in KEPT_HEADERS if name in headers}
        self._seen.append(
            SeenRequest(service, kind, time.time(), model, kept, messages, details or {})
        )

    def all(self) -> list[SeenRequest]:
        return list(self._seen)

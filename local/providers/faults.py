"""Failures that a test switches on: late, refused, cut and stalled streams."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

Service = Literal["stt", "chat", "speech", "realtime"]
FaultKind = Literal["delay", "http_error", "cut", "stall"]


@dataclass(frozen=True)
class Fault:
    """One way in which a service fails.

    delay: the first byte of an answer comes `delay_s` late (stt: the next final result;
        realtime: the first output of the next response, after response.created).
    http_error: HTTP `status` in the provider's own error shape. A websocket upgrade is refused;
        an open realtime connection answers its next response with an `error` event.
    cut: the transport is closed after `after` more pieces (chat: words, speech and realtime:
        pieces of sound, stt: words). With after=0 an open websocket is cut at once.
    stall: after `after` more pieces nothing more comes and the connection stays open (realtime:
        only that response stalls, it can be cancelled; stt: the connection stays mute).
    """

    service: Service
    kind: FaultKind
    delay_s: float = 0.0
    status: int = 500
    after: int = 0
    times: int | None = 1
    """How often it happens; None means until it is cleared."""


class FaultBoard:
    """The faults that are armed, and the open websockets that a cut can reach."""

    def __init__(self) -> None:
        self._armed: list[tuple[Fault, int | None]] = []
        self._lines: list[tuple[Service, Callable[[], None]]] = []

    def arm(self, fault: Fault) -> None:
        """Arms the fault. A cut with after=0 reaches open websockets now, the newest first."""
        left = fault.times
        if _is_immediate_cut(fault):
            for service, cut in reversed(self._lines.copy()):
                if service == fault.service and left != 0:
                    cut()
                    left = None if left is None else left - 1
        if left != 0:
            self._armed.append((fault, left))

    def clear(self) -> None:
        self._armed.clear()

    def take(self, service: Service, *kinds: FaultKind) -> Fault | None:
        """Uses up one occurrence of the oldest armed fault of these kinds, if there is one."""
        return self._take(lambda fault: fault.service == service and fault.kind in kinds)

    @contextmanager
    def open_line(self, service: Service, cut: Callable[[], None]) -> Iterator[None]:
        """Registers an open websocket for the block. A cut with after=0 reaches it at once."""
        line = (service, cut)
        self._lines.append(line)
        if self._take(lambda fault: fault.service == service and _is_immediate_cut(fault)):
            cut()
        try:
            yield
        finally:
            self._lines.remove(line)

    def _take(self, wanted: Callable[[Fault], bool]) -> Fault | None:
        for index, (fault, left) in enumerate(self._armed):
            if wanted(fault):
                if left is not None and left <= 1:
                    del self._armed[index]
                elif left is not None:
                    self._armed[index] = (fault, left - 1)
                return fault
        return None


def _is_immediate_cut(fault: Fault) -> bool:
    return fault.kind == "cut" and fault.after <= 0


class Breaker:
    """Counts what one stream sends and says when a cut or a stall is due."""

    def __init__(self, board: FaultBoard, service: Service) -> None:
        self._board = board
        self._service = service
        self._fault: Fault | None = None
        self._left = 0

    def due(self, pieces: int = 1) -> FaultKind | None:
        """Ask before sending `pieces`; "cut" or "stall" means: do that instead.

        Pieces are counted from the moment the fault was armed or the stream began.
        """
        if self._fault is None:
            self._fault = self._board.take(self._service, "cut", "stall")
            if self._fault is None:
                return None
            self._left = self._fault.after
        if self._left <= 0:
            kind, self._fault = self._fault.kind, None
            return kind
        self._left -= pieces
        return None

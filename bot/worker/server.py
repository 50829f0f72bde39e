"""The library's server, as this worker uses it: how full it is, and whether it can be reached."""

import asyncio
import logging
from typing import Any

from livekit.agents import AgentServer, JobRequest

from bot.livekit_gaps import has_begun, is_registered, is_warm, keep_idle_processes
from bot.orders.ticket import ordered_call

logger = logging.getLogger("storyline.worker")

# The control connection may be away for hours; the calls in progress do not need it.
_FOR_EVER = 2**31

# LiveKit's server offers no call where the load is at its `agents.target_load`, 0.7 by default: a
# worker that told its share of calls as it is got none beyond 6 of 8, and callers the busy tone.
_OFFERED_BELOW = 0.69
_FULL = 1.0

# So long after a call was accepted no process is started ahead of need: each takes 0.1 s of
# processor, which the answer needs. Four calls at once: the last answered after 1.1 s, not 1.4 s.
_ANSWERING_S = 1.0


class Server(AgentServer):
    """Takes every call that it has room for, and says so at once.

    The library's own measure counts each offer under way as a whole warm process, so a burst on an
    idle worker is refused; LiveKit never repeats an offer that everybody refused. Here an offer is
    refused when `max_calls` are in progress or accepted, and for no other reason. Calls that we
    make leave a quarter of the room, at least one place of two, to those that come in.
    """

    def __init__(self, *, max_calls: int, idle_processes: int = 1, **options: Any) -> None:
        super().__init__(
            load_fnc=self._load,
            load_threshold=float("inf"),
            max_retry=_FOR_EVER,
            num_idle_processes=idle_processes,
            **options,
        )
        self.max_calls = max_calls
        self._for_callers = max(max_calls // 4, min(1, max_calls - 1))
        self._accepting = 0
        self._idle_processes = idle_processes
        self._answering: asyncio.TimerHandle | None = None

    @property
    def calls(self) -> int:
        """In progress, or accepted a moment ago."""
        return len(self.active_jobs) + self._accepting

    @property
    def is_connected(self) -> bool:
        """Whether LiveKit can offer us a call now."""
        return is_registered(self)

    @property
    def is_warm(self) -> bool:
        """Whether a process waits for a call; without one the caller rings while it starts."""
        return self.is_connected and is_warm(self)

    def why_not_ready(self) -> list[str]:
        """Why a call that came now would not be answered; empty when it would."""
        reasons = {
            "not connected to LiveKit": not self.is_connected,
            "draining": self.draining,
            "full": self.calls >= self.max_calls,
            # With calls in progress a new process takes a third of a second.
            "no process is warm yet": not self.active_jobs and not self.is_warm,
        }
        return [reason for reason, holds in reasons.items() if holds]

    async def on_request(self, request: JobRequest) -> None:
        """Accept an offered call, or leave it to another worker."""
        ordered = ordered_call(request.job.metadata) is not None
        room = self.max_calls - (self._for_callers if ordered else 0)
        if self.calls >= room:
            logger.warning("full: a call was left to others", extra={"calls": self.calls})
            await request.reject(terminate=False)
            return
        self._accepting += 1
        self._answer_first()
        try:
            await request.accept()
        finally:
            self._accepting -= 1

    def _answer_first(self) -> None:
        """Start nothing ahead of need for a while; a call that comes meanwhile makes it no longer,
        else nothing would be started for as long as calls come.
        """
        if self._answering is None and has_begun(self):
            keep_idle_processes(self, 0)
            loop = asyncio.get_running_loop()
            self._answering = loop.call_later(_ANSWERING_S, self._start_ahead)

    def _start_ahead(self) -> None:
        self._answering = None
        keep_idle_processes(self, self._idle_processes)

    def _load(self) -> float:
        # Not the CPU of the whole machine, the library's own measure: on a small or shared
        # machine that refuses calls which the worker could well take.
        return reported_load(self.calls, self.max_calls)


def reported_load(calls: int, max_calls: int) -> float:
    """What LiveKit is told: it offers calls as long as there is room, to the emptiest first."""
    return _FULL if calls >= max_calls else _OFFERED_BELOW * calls / max_calls

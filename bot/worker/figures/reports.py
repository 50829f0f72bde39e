"""What this process tells the roster: how it is, and what its watches did."""

import asyncio
import logging
import os
import socket
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.records import RecordsError, utc_now
from bot.records.roster import Act, Acted, Roster, WorkerSeen
from bot.worker.figures.metrics import Metrics

logger = logging.getLogger("storyline.watch")

_SHOW_S = 10.0
_LEAVE_S = 2.0
# Acts that wait for a database that is away.
_WAITING = 1000
_KEEP = timedelta(days=30)


@dataclass(frozen=True)
class Load:
    """How a worker is now."""

    calls: int
    max_calls: int
    is_ready: bool
    is_blind: bool


class Reports:
    """`did` returns at once and never raises: the watches work without the database.

    `load` is None in a process that takes no calls. `run` writes until cancelled.
    """

    def __init__(
        self,
        roster: Roster,
        metrics: Metrics | None = None,
        load: Callable[[], Load] | None = None,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._roster = roster
        self._metrics = metrics
        self._load = load
        self._clock = clock
        self._worker_id = str(uuid.uuid4())
        self._started_at = clock()
        self._done: deque[Acted] = deque(maxlen=_WAITING)
        self._news = asyncio.Event()
        self._swept_at: datetime | None = None

    def did(self, act: Act, call_id: str | None = None) -> None:
        """A watch of this process did something."""
        if self._metrics is not None:
            self._metrics.count_act(act.value)
        self._done.append(Acted(act=act, at=self._clock(), call_id=call_id))
        self._news.set()

    async def run(self) -> None:
        complained = False
        try:
            while True:
                self._news.clear()
                try:
                    await self.write()
                    complained = False
                # The edge of a task that nobody waits for: what stumbles tries again.
                except Exception as error:
                    if not complained:
                        logger.warning("the roster is not written", extra={"error": repr(error)})
                    complained = True
                with suppress(TimeoutError):
                    async with asyncio.timeout(_SHOW_S):
                        await (asyncio.sleep(_SHOW_S) if complained else self._news.wait())
        finally:
            await self._leave()

    async def write(self) -> None:
        """Tell the roster what there is to tell. Raises RecordsError."""
        now = self._clock()
        waiting = list(self._done)
        if waiting:
            await self._roster.note(waiting)
            for _ in waiting:
                self._done.popleft()
        if self._load is not None:
            await self._roster.show(self._seen(self._load(), now))
        if self._swept_at is None or now - self._swept_at > timedelta(days=1):
            await self._roster.drop(now - _KEEP)
            self._swept_at = now

    def _seen(self, load: Load, now: datetime) -> WorkerSeen:
        return WorkerSeen(
            worker_id=self._worker_id,
            host=socket.gethostname(),
            pid=os.getpid(),
            started_at=self._started_at,
            seen_at=now,
            calls=load.calls,
            max_calls=load.max_calls,
            is_ready=load.is_ready,
            is_blind=load.is_blind,
        )

    async def _leave(self) -> None:
        if self._load is None:
            return
        with suppress(RecordsError, TimeoutError):
            async with asyncio.timeout(_LEAVE_S):
                await self._roster.leave(self._worker_id)

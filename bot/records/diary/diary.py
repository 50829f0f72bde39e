"""The diary of the one call that this process holds: written as it happens, never in its way."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime
from types import TracebackType
from typing import Self

from bot.money.bill import Usage
from bot.records.diary.diaries import Diaries
from bot.records.diary.entries import Entry, Event, EventKind, Turn
from bot.records.errors import RecordsError
from bot.records.record import utc_now

logger = logging.getLogger("storyline.diary")

# A turn has two entries; a thousand are an hour of a database that is away.
_WAITING = 1000
# What happens together is written together.
_GATHER_S = 0.5
_WRITE_S = 3.0
_RETRY_S = 1.0
# After the record's end: a database that is away must not hold up a process that wants to go.
_LAST_WRITE_S = 2.0


class Diary:
    """`async with Diary(diaries, call_id) as diary:` around the whole call.

    `note`, `turn` and `used` return at once and never raise: one task writes. What does not find
    a place in the queue, or cannot be written at the end, is dropped, counted and logged. Without
    `diaries` nothing is kept at all. `listener` is told of every event besides.
    `number`: what other processes have written in this call has smaller numbers.
    """

    def __init__(
        self,
        diaries: Diaries | None,
        call_id: str,
        *,
        waiting: int = _WAITING,
        gather_s: float = _GATHER_S,
        retry_s: float = _RETRY_S,
        listener: Callable[[EventKind, datetime], None] | None = None,
        number: int = 0,
    ) -> None:
        self._diaries = diaries
        self._call_id = call_id
        self._limit = waiting
        self._gather_s = gather_s
        self._retry_s = retry_s
        self._listener = listener
        self._queue: deque[tuple[int, Entry]] = deque()
        self._used: tuple[Usage, ...] = ()
        self._number = number
        self._news = asyncio.Event()
        self._closing = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None
        self.dropped = 0

    async def __aenter__(self) -> Self:
        if self._diaries is not None:
            self._writing = asyncio.create_task(self._write_on(self._diaries), name="diary")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._writing is None:
            return
        self._closing.set()
        self._news.set()
        await asyncio.wait({self._writing}, timeout=_LAST_WRITE_S)
        self._writing.cancel()
        await asyncio.gather(self._writing, return_exceptions=True)
        self.dropped += len(self._queue)
        if self.dropped:
            logger.warning("entries of the call's diary are lost", extra={"entries": self.dropped})

    def note(self, kind: EventKind, detail: str | None = None, at: datetime | None = None) -> None:
        """Something happened, now unless `at` says otherwise."""
        event = Event(kind=kind, at=at or utc_now(), detail=detail)
        self._put(event)
        if self._listener is not None:
            self._listener(kind, event.at)

    def turn(self, turn: Turn) -> None:
        """Somebody has spoken."""
        self._put(turn)

    def used(self, used: Collection[Usage]) -> None:
        """What has been used since the call began, of every model."""
        if self._diaries is not None:
            self._used = tuple(used)
            self._news.set()

    def _put(self, entry: Entry) -> None:
        if self._diaries is None:
            return
        self._number += 1
        if len(self._queue) >= self._limit or self._closing.is_set():
            if not self.dropped:
                logger.warning("the call's diary is full; entries are dropped")
            self.dropped += 1
            return
        self._queue.append((self._number, entry))
        self._news.set()

    async def _write_on(self, diaries: Diaries) -> None:
        complained = False
        while True:
            await self._news.wait()
            await _pause(self._closing, self._gather_s)
            self._news.clear()
            batch, used = list(self._queue), self._used
            try:
                async with asyncio.timeout(_WRITE_S):
                    await diaries.write(self._call_id, batch, used)
            except (RecordsError, TimeoutError) as problem:
                if not complained:
                    logger.warning("diary not written, trying on", extra={"error": repr(problem)})
                complained = True
                self._news.set()
                await asyncio.sleep(self._retry_s)
                continue
            for _ in batch:
                self._queue.popleft()
            complained = False
            if self._closing.is_set() and not self._queue and self._used == used:
                return


async def _pause(over: asyncio.Event, limit_s: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            await over.wait()

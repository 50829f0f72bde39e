"""Writes the record of the one call this process holds, and shows that the call is alive."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from types import TracebackType
from typing import Self, TypedDict, Unpack

from bot.logs import mask
from bot.records.diary.diary import Diary
from bot.records.errors import RecordsError
from bot.records.record import AgentReached, CallRecord, Direction, EndReason, Who, utc_now
from bot.records.store import CallStore
from bot.records.table import to_row

logger = logging.getLogger("storyline.records")

# A process that has not written for a lease is taken for dead (bot/worker/guardian.py), and one
# that answers no question in its room sooner. A stalled event loop gets as long as it can while the
# caller of a really dead call still hears less than ten seconds of silence.
LEASE_S = 6.0
BEAT_S = 1.0

_FIRST_WRITE_S = 0.5  # the caller hears ringing meanwhile
_WRITE_S = 3.0
_WHOSE_S = 1.0
# Nobody hears any more how long the last write is tried. A record that its own process does not
# close becomes `crashed`; where the room is gone already, no guardian is as quick as this.
_LAST_WRITES_S = 25.0
_RETRY_S = (0.2, 0.4, 0.8, 1.0)


class News(TypedDict, total=False):
    """What may become known of a call; its lease and its end are the recorder's own."""

    direction: Direction
    from_number: str | None
    to_number: str | None
    sip_call_id: str | None
    answered_at: datetime
    agent_reached: AgentReached
    turns: int
    error: str | None


class CallRecorder:
    """`async with CallRecorder(store, record) as recorder:` around the whole call.

    The record is written at once and then with every beat, which renews its lease. A database
    that is down never harms the call: writing is tried again until it works. Whoever leaves
    without `close` has failed and may not have hung up: the guardian makes sure and closes it.
    `diary`: what happens in the call is noted there; without one it is not kept.
    """

    def __init__(
        self,
        store: CallStore,
        record: CallRecord,
        *,
        diary: Diary | None = None,
        lease_s: float = LEASE_S,
        beat_s: float = BEAT_S,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.diary = diary or Diary(None, record.call_id)
        self._store = store
        self._record = record
        self._lease = timedelta(seconds=lease_s)
        self._beat_s = beat_s
        self._clock = clock
        self._news = asyncio.Event()
        self._lost = asyncio.Event()
        self._written = asyncio.Event()
        self._beating: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None

    @property
    def record(self) -> CallRecord:
        """The call as it stands."""
        return self._record

    @property
    def is_lost(self) -> bool:
        """Whether another process has the call now: room, record and order are not ours to end."""
        return self._lost.is_set()

    async def wait_written(self) -> None:
        """Return when the record exists, or after half a second: the call goes first."""
        await _wait(self._written, _FIRST_WRITE_S)

    async def wait_lost(self) -> None:
        """Return when another process has taken the call over."""
        await self._lost.wait()

    async def is_taken(self) -> bool:
        """Ask the database whether another process has the call; False when it does not say."""
        with suppress(RecordsError, TimeoutError):
            async with asyncio.timeout(_WHOSE_S):
                found = await self._store.get(self._record.call_id)
            if found is not None and found.job_id != self._record.job_id:
                self.lose()
        return self.is_lost

    def lose(self) -> None:
        """Another process was asked to go on with the call, or does so already."""
        self._lost.set()
        self._news.set()

    async def __aenter__(self) -> Self:
        self._beating = asyncio.create_task(self._beat(), name="call record")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Nobody has said that the caller was hung up on: the guardian makes sure.
        await self.leave_to_guardian(EndReason.FAILED, _what(error))

    def update(self, **changes: Unpack[News]) -> None:
        """Note what became known of the call. Returns at once; ignored when it has ended."""
        if self._closing is None:
            if "error" in changes:
                changes["error"] = _masked(changes["error"])
            self._record = replace(self._record, **changes)
            self._news.set()

    def speaks(self, who: Who | None) -> None:
        """Somebody begins to speak, or nobody does; written with the next beat."""
        if self._closing is None and who is not self._record.speaking:
            since = self._clock() if who else None
            self._record = replace(self._record, speaking=who, speaking_since=since)

    async def close(self, end_reason: EndReason, error: str | None = None) -> None:
        """End the record. The first reason stays; any later call waits for the same writing.

        `error` is masked: numbers never reach the database's error column. Without one, what was
        noted during the call stays.
        """
        if self._closing is None:
            self._record = replace(
                self._record,
                ended_at=self._clock(),
                end_reason=end_reason,
                error=_masked(error) or self._record.error,
                lease_until=None,
                speaking=None,
                speaking_since=None,
            )
            self._closing = asyncio.create_task(self._write_the_end(), name="end of call record")
        # A call that is cancelled while it ends still gets its record written.
        await asyncio.shield(self._closing)

    async def leave_to_guardian(
        self, end_reason: EndReason | None = None, error: str | None = None
    ) -> None:
        """The room could not be deleted: stop beating with the record open, so that the guardian
        takes over. The reason, where one is given, is the one it will close the record with.
        """
        if self._closing is None:
            self._record = replace(
                self._record,
                end_reason=end_reason,
                error=_masked(error) or self._record.error,
                lease_until=None,
                speaking=None,
                speaking_since=None,
            )
            self._closing = asyncio.create_task(self._write_the_end(), name="end of call record")
        await asyncio.shield(self._closing)

    async def _beat(self) -> None:
        failures = 0
        while self._closing is None and not self.is_lost:
            self._news.clear()
            pause_s = self._beat_s
            try:
                is_open = await self._write(
                    replace(self._record, lease_until=self._clock() + self._lease)
                )
            except RecordsError as problem:
                if failures == 0:
                    logger.warning(
                        "call record not written, trying on", extra={"error": str(problem)}
                    )
                pause_s = min(_pause_s(failures), pause_s)
                failures += 1
            else:
                failures = 0
                self._written.set()
                if not is_open:
                    what = "taken over" if await self.is_taken() else "closed"
                    logger.warning(f"call record was {what} by somebody else in mid-call")
                    return
            await _wait(self._news, pause_s)

    async def _write(self, record: CallRecord) -> bool:
        try:
            async with asyncio.timeout(_WRITE_S):
                return await self._store.save(record)
        except TimeoutError as error:
            raise RecordsError(f"no answer in {_WRITE_S:g} s") from error

    async def _write_the_end(self) -> None:
        if self._beating is not None:
            # Not cancelled: a write that is under way must be through before the last one.
            self._news.set()
            await asyncio.wait([self._beating])
        if self.is_lost:
            return
        problem: RecordsError | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WRITES_S):
                for failures in count():
                    try:
                        if not await self._write(self._record):
                            logger.warning("call record had been closed by somebody else")
                        return
                    except RecordsError as error:
                        problem = error
                    await asyncio.sleep(_pause_s(failures))
        logger.error(
            "call record not stored",
            extra={"record": _for_the_log(self._record), "error": str(problem)},
        )


def _pause_s(failures: int) -> float:
    return _RETRY_S[min(failures, len(_RETRY_S) - 1)]


async def _wait(event: asyncio.Event, limit_s: float) -> None:
    # Not asyncio.wait_for: in Python 3.11 it may swallow a cancellation.
    with suppress(TimeoutError):
        async with asyncio.timeout(limit_s):
            await event.wait()


def _masked(text: str | None) -> str | None:
    return None if text is None else mask(text)


def _what(error: BaseException | None) -> str:
    if error is None:
        return "the call ended without saying how"
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _for_the_log(record: CallRecord) -> dict[str, object]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in to_row(record).items()
    }

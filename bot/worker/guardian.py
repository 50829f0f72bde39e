"""Looks after the calls whose process has died: another goes on with them, or they are ended.

A call's process that is killed leaves its caller connected to silence for ever: LiveKit starts
nothing new in its place. The guardian lives in the worker's parent process, sees that the call's
record has stopped beating, deletes the room (which makes LiveKit hang up the telephone) and closes
the record. It works from the database alone, so it also finds what a dead worker left behind.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from bot.logs import call_context
from bot.records import CallRecord, CallStore, EndReason, RecordsError, utc_now
from bot.records.recorder import BEAT_S, LEASE_S
from bot.records.roster import Act
from bot.records.thread import is_ticket
from bot.worker.errands import Errands, watch_on
from bot.worker.reach import GONE_FOR_GOOD_S, Reach
from bot.worker.signs.answers import Asking, RoomsToAsk
from bot.worker.signs.heartbeats import Heartbeats, is_given_up

logger = logging.getLogger("storyline.guardian")

_POLL_S = 0.5
_HANG_UP_S = 6.0
# So long a room must be unknown to LiveKit before its call is taken for over.
_MISSING_S = 20.0


class RoomsOfCalls(RoomsToAsk, Protocol):
    """What the guardian needs of LiveKit; bot/worker/rooms.py is it."""

    async def hang_up(self, room_name: str) -> bool: ...


class Rescuer(Protocol):
    """Who has another job go on with a call; bot/worker/rescue.py is it."""

    async def go_on(self, call: CallRecord, *, is_certain: bool = False) -> bool: ...
    def forget_all_but(self, open_calls: set[str]) -> None: ...


def no_jobs() -> set[str]:
    """Whoever watches without a worker sees no process end."""
    return set()


class Guardian:
    """Runs beside the worker until cancelled. Several at once, on several machines, are harmless.

    While a room cannot be deleted its record stays open and every poll tries again: a closed record
    promises that the caller has been hung up on. A LiveKit that cannot be reached at all is waited
    for as long as a telephone can be left (bot/worker/reach.py). That there is no such room is
    believed only after a while: with two LiveKit projects on one database it is a room of the
    other, whose own guardian ends it within seconds. A process that cannot write is quiet in the
    database and may be in the middle of a good story: before anything is ended it is asked in its
    room, twice if need be.

    With a `rescue`, another job goes on with the call, if there is one; only a call with which
    nobody goes on is ended. `jobs`: what runs in this worker, so that a process is seen to end at
    once.

    From death to hanging up it takes about a lease, at most a lease and five polls.
    """

    def __init__(
        self,
        store: CallStore,
        rooms: RoomsOfCalls,
        *,
        poll_s: float = _POLL_S,
        lease_s: float = LEASE_S,
        beat_s: float = BEAT_S,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        did: Callable[[Act, str], None] = lambda act, call_id: None,
        rescue: Rescuer | None = None,
        jobs: Callable[[], set[str]] = no_jobs,
    ) -> None:
        self._did = did
        self._rescue = rescue
        self._jobs = jobs
        self._had: set[str] = set()
        self._store = store
        self._rooms = rooms
        self._poll_s = poll_s
        self._clock = clock
        self._monotonic = monotonic
        self._heartbeats = Heartbeats(poll_s=poll_s, lease_s=lease_s, beat_s=beat_s)
        self._ending = Errands()
        self._complained: set[str] = set()
        self._asking = Asking(rooms, monotonic)
        self._missing_since_s: dict[str, float] = {}
        self._reach = Reach(monotonic)
        self._is_blind = False

    async def run(self) -> None:
        """Watch until cancelled; nothing else ends it."""
        await watch_on(self.poll, self._ending, poll_s=self._poll_s, logger=logger)

    async def poll(self) -> None:
        """Look once, challenge the quiet, begin to end the dead. A database out of reach is no
        error, it is waited for."""
        try:
            calls = await self._store.open_calls()
            verdict = self._heartbeats.judge(
                calls, wall=self._clock(), monotonic_s=self._monotonic()
            )
            for call in verdict.suspects:
                if call.lease_until is not None:
                    await self._store.challenge(call.call_id, call.lease_until)
        except RecordsError as error:
            if not self._is_blind:
                logger.warning("guardian cannot use the database", extra={"error": str(error)})
            self._is_blind = True
            return
        if self._is_blind:
            logger.info("guardian can use the database again")
            self._is_blind = False
        self._forget_all_but({call.call_id for call in calls})
        if self._rescue is not None:
            quiet = [call for call in calls if call not in verdict.dead]  # `_end` asks by itself
            self._begin_to_rescue(quiet, {call.call_id for call in verdict.suspects})
        for call in verdict.dead:
            self._begin_to_end(call)

    async def settle(self) -> None:
        """Wait for the endings under way."""
        await self._ending.settle()

    def _begin_to_end(self, call: CallRecord) -> None:
        if call.call_id in self._ending or self._asking.is_believed(call.call_id):
            return
        self._ending.begin(call.call_id, self._end(call), name="end of a dead call")

    def _begin_to_rescue(self, calls: Iterable[CallRecord], suspects: set[str]) -> None:
        """Whoever is in doubt is asked in its room at once, and not only when it is dead for sure:
        a process that was only slow finds its call in other hands, and the story goes on.
        """
        here = self._jobs()
        self._had |= here
        for call in calls:
            is_gone = call.job_id in self._had - here
            in_doubt = call.call_id in suspects or call.lease_until is None
            is_believed = self._asking.is_believed(call.call_id)
            if (is_gone or (in_doubt and not is_believed)) and call.call_id not in self._ending:
                work = self._have_it_go_on(call, is_certain=is_gone)
                self._ending.begin(call.call_id, work, name="story that goes on")
        self._had &= here | {call.job_id for call in calls if call.job_id}

    async def _have_it_go_on(self, call: CallRecord, *, is_certain: bool) -> None:
        assert self._rescue is not None
        with call_context(call.call_id):
            try:
                async with asyncio.timeout(_HANG_UP_S):
                    is_asked = is_certain or is_ticket(call.job_id)
                    if not is_asked and not await self._is_dead(call):
                        self._reach.reached(call.call_id)
                        return
                    await self._rescue.go_on(call, is_certain=is_certain)
            # The edge of another call: what goes wrong with it must not stop the others.
            except Exception as error:
                if call.call_id not in self._complained:
                    self._complained.add(call.call_id)
                    logger.error("nobody could be asked to go on yet", exc_info=error)

    async def _end(self, call: CallRecord) -> None:
        with call_context(call.call_id):
            try:
                async with asyncio.timeout(_HANG_UP_S):
                    if not is_given_up(call):
                        if not await self._is_dead(call):
                            self._reach.reached(call.call_id)
                            return
                        if self._rescue is not None and await self._rescue.go_on(call):
                            return
                    known = await self._rooms.hang_up(call.room_name)
                self._reach.reached(call.call_id)
                if not known and not self._is_missing_long(call):
                    return
                await self._close(call, "room deleted" if known else "no such room")
            # The edge of another call: whatever goes wrong with it must not stop the others.
            except Exception as error:
                if call.call_id not in self._complained:
                    self._complained.add(call.call_id)
                    logger.error("dead call not ended yet, trying on", exc_info=error)
                if self._reach.failed(call.call_id, error):
                    await self._close_unseen(call)

    async def _is_dead(self, call: CallRecord) -> bool:
        return await self._asking.is_dead(call.call_id, call.room_name, call.job_id)

    async def _close(self, call: CallRecord, what: str) -> None:
        """Raises RecordsError."""
        won = await self._store.close_if_open(
            call.call_id, EndReason.CRASHED, self._clock(), "the call's process died"
        )
        if won:
            self._did(Act.ENDED_DEAD, call.call_id)
            logger.error(f"the call's process died: {what}, record closed")

    async def _close_unseen(self, call: CallRecord) -> None:
        """LiveKit is away for good. Its rooms, should it come back, are the room watch's."""
        try:
            await self._close(call, f"LiveKit was out of reach for {GONE_FOR_GOOD_S:g} s")
        except RecordsError as error:
            logger.warning("its record could not be closed", extra={"error": str(error)})

    def _is_missing_long(self, call: CallRecord) -> bool:
        since_s = self._missing_since_s.setdefault(call.call_id, self._monotonic())
        return self._monotonic() - since_s >= _MISSING_S

    def _forget_all_but(self, open_calls: set[str]) -> None:
        self._complained &= open_calls
        self._reach.forget_all_but(open_calls)
        if self._rescue is not None:
            self._rescue.forget_all_but(open_calls)
        self._asking.forget_all_but(open_calls)
        for call_id in self._missing_since_s.keys() - open_calls:
            del self._missing_since_s[call_id]

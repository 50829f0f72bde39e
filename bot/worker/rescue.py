"""Has another job go on with a call whose own has died, and says when that is of no use."""

import logging
import time
from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

from bot.records import CallRecord
from bot.records.roster import Act
from bot.records.thread import Thread, Threads, is_ticket

logger = logging.getLogger("storyline.guardian")

# A job that was asked for has come after half a second, unless nobody had room for it or its
# worker is only starting; then it is asked for again. LiveKit itself never repeats an offer.
_ASK_AGAIN_S = 2.0
_GIVE_UP_S = 6.0
# Two deaths are survived; a third job says goodbye; if that dies, too, the line is closed.
_DEATHS = 3


class Step(Enum):
    """What to do about a call without a process."""

    ASK = auto()
    WAIT = auto()
    END = auto()


def next_step(call: CallRecord, thread: Thread | None, *, asked_s: float, first_s: float) -> Step:
    """`asked_s` ago this ticket was seen first, `first_s` ago the first one of this death."""
    if thread is None or call.end_reason is not None:
        return Step.END
    if not is_ticket(call.job_id):
        return Step.ASK if thread.deaths < _DEATHS else Step.END
    if first_s >= _GIVE_UP_S:
        return Step.END
    return Step.ASK if asked_s >= _ASK_AGAIN_S else Step.WAIT


class RoomsToRescue(Protocol):
    """What is needed of LiveKit; bot/worker/rooms.py is it."""

    async def has_caller(self, room_name: str) -> bool: ...
    async def take_over(
        self, room_name: str, old_job_id: str | None, call_id: str, ticket: str
    ) -> None: ...


class Rescue:
    """Any number of them may see the same call: the database lets one of them act."""

    def __init__(
        self,
        threads: Threads,
        rooms: RoomsToRescue,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        did: Callable[[Act, str], None] = lambda act, call_id: None,
    ) -> None:
        self._threads = threads
        self._rooms = rooms
        self._monotonic = monotonic
        self._did = did
        self._asked_s: dict[str, tuple[str | None, float]] = {}
        self._first_s: dict[str, float] = {}

    async def go_on(self, call: CallRecord, *, is_certain: bool = False) -> bool:
        """True while somebody goes on with the call, or will: leave it alone.

        `is_certain`: its process was seen to end, or to stand still. Raises RecordsError, and what
        the rooms raise.
        """
        thread = await self._threads.of(call.call_id)
        now_s = self._monotonic()
        step = next_step(
            call, thread, asked_s=self._since(call, now_s), first_s=self._first(call, now_s)
        )
        if step is not Step.ASK:
            return step is Step.WAIT
        if not await self._rooms.has_caller(call.room_name):
            return False
        ticket = await self._threads.ask(call, is_certain=is_certain)
        if ticket is None:
            return True
        await self._rooms.take_over(call.room_name, call.job_id, call.call_id, ticket)
        if not is_ticket(call.job_id):
            self._did(Act.TAKEN_OVER, call.call_id)
        logger.warning("the call's process died: another one was asked to go on")
        return True

    def forget_all_but(self, open_calls: set[str]) -> None:
        """Only these calls have no end yet."""
        for call_id in self._asked_s.keys() - open_calls:
            del self._asked_s[call_id]
        for call_id in self._first_s.keys() - open_calls:
            del self._first_s[call_id]

    def _since(self, call: CallRecord, now_s: float) -> float:
        ticket, since_s = self._asked_s.get(call.call_id, (None, now_s))
        if ticket != call.job_id:
            since_s = now_s
        self._asked_s[call.call_id] = (call.job_id, since_s)
        return now_s - since_s

    def _first(self, call: CallRecord, now_s: float) -> float:
        if not is_ticket(call.job_id):
            self._first_s.pop(call.call_id, None)
            return 0.0
        return now_s - self._first_s.setdefault(call.call_id, now_s)

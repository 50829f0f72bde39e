"""One caller in mid-story on a stack of their own, for one fault to happen to."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from bench.chaos.cuts.cable import Cable
from bench.chaos.pair import Pair
from bench.chaos.records import Records
from bench.chaos.rooms import Rooms
from bench.chaos.seen import Row, Seen
from local.caller.errors import CallEnded, CallerError, CallFailed, NothingHeard
from local.caller.phone_call import PhoneCall
from local.caller.sip_caller import RingingCall, SipCaller
from local.postgres import Cluster
from local.stack import Stack

T = TypeVar("T")
"""What somebody is asked for."""
WHO = "I'm Peter from Berlin."
_MORE_CALLERS = "+1202555{:04d}"
_POLL_S = 0.1
_LOOK_S = 0.5
# After BYE the room may take so long, and the record, where nothing keeps it.
_SETTLE_S = 12.0
_AGAIN_LIMIT_S = 25.0
# What begins later than this after a death was said by somebody else: the way to a caller takes
# 0.25 s. The stored goodbye of whoever takes over has been heard after 0.8 s.
_ON_ITS_WAY_S = 0.5
_LIMIT_S = 60.0
# Between the end of a process and its worker's noticing.
_ENDED_S = 1.0
_ANSWERED_WITHIN_S = 8.0
# Limits of time were set with fewer runnable processes than this for each processor.
_BUSY = 3.0


@dataclass
class Scene:
    """The stack, and the telephone of its one caller. `fault_s`: the moment it happened."""

    stack: Stack
    phone: PhoneCall
    telephone: SipCaller
    _cable: Cable | None = None
    _pair: Pair | None = None
    _database: Cluster | None = None
    fault_s: float = 0.0
    gaps_s: list[float] = field(default_factory=list)
    """From each fault after which the story was to go on to Echo's voice."""
    _callers: int = 143
    _held: list[PhoneCall] = field(default_factory=list)
    _notes: list[str] = field(default_factory=list)
    _blames: list[str] = field(default_factory=list)

    @property
    def records(self) -> Records:
        """What the line has written."""
        return Records(self.stack.database_url)

    @property
    def rooms(self) -> Rooms:
        """What LiveKit says."""
        return Rooms(self.stack)

    def note(self, fact: str) -> None:
        """To be read in the row, whatever it means."""
        self._notes.append(fact)

    def blame(self, what: str) -> None:
        """A promise of this fault's own was broken."""
        self._blames.append(what)

    @property
    def cable(self) -> Cable:
        """Where the fault asked for one."""
        assert self._cable is not None
        return self._cable

    @property
    def pair(self) -> Pair:
        """Where the fault asked for two workers."""
        assert self._pair is not None
        return self._pair

    @property
    def database(self) -> Cluster:
        """Where the fault asked for PostgreSQL."""
        assert self._database is not None
        return self._database

    async def ring_beside(self, *, hold: bool = False) -> tuple[int | None, float]:
        """One more caller rings: the final answer (None: answered), and after how many seconds.

        `hold`: whoever is answered stays on the line, until `let_go`.
        """
        begun_s = self.phone.now_s
        self._callers += 1
        ringing = await ring(self.stack, self.telephone, _MORE_CALLERS.format(self._callers))
        status: int | None = None
        try:
            call = await ringing.wait_answered(40.0)
            after_s = self.phone.now_s - begun_s
            self._held.append(call)
            if not hold:
                await self.let_go()
        except CallFailed as failure:
            status, after_s = failure.status_code, self.phone.now_s - begun_s
        return status, after_s

    async def expect_answer(self, who: str, *, hold: bool = False) -> None:
        """One more caller rings; blames whatever is no answer in time."""
        status, after_s = await self.ring_beside(hold=hold)
        if status is not None or after_s > _ANSWERED_WITHIN_S:
            self.blame(f"{who} got {status or 'an answer'} after {after_s:.1f} s")

    async def make_room(self) -> None:
        """The caller hangs up, and the line is empty: the call is recorded, its process gone.

        Not by talking: a goodbye that is misheard would leave a place taken.
        """
        await self.phone.hang_up()
        begun_s = self.phone.now_s
        while (await self.records.reasons())["open"] or self.stack.job_pids():
            if self.phone.now_s - begun_s > _LIMIT_S:
                raise CallerError("the line did not become empty")
            await asyncio.sleep(_POLL_S)
        await asyncio.sleep(_ENDED_S)

    async def let_go(self) -> None:
        """Everybody who rang beside the caller hangs up."""
        while self._held:
            await self._held.pop().hang_up()

    def happens_now(self) -> None:
        """Count from this moment; to be called by whoever provokes the fault."""
        self.fault_s = self.phone.now_s

    async def hear_again(self) -> None:
        """Wait for Echo's voice after the fault; what is still on its way of the last one is not
        hers. Raises NothingHeard.
        """
        while True:
            await asyncio.sleep(_POLL_S)
            after_s = self.fault_s + _ON_ITS_WAY_S
            begun = [s.start_s for s in self.phone.far_speech if s.start_s > after_s]
            if begun:
                self.gaps_s.append(begun[0] - self.fault_s)
                return
            if self.phone.is_over or self.phone.now_s > self.fault_s + _AGAIN_LIMIT_S:
                raise NothingHeard("Echo was not heard again")

    async def into_the_story(self) -> None:
        """Tell Echo who is calling, and hear how the story begins. Raises CallerError."""
        await self.phone.say(WHO)
        begun_s = await self.phone.wait_for_speech(20.0)
        # Not the first breath: a fault in the middle of a sentence.
        await asyncio.sleep(max(0.0, begun_s + 1.5 - self.phone.now_s))
        if self.phone.is_over:
            raise CallerError("the call ended before the fault")

    async def talk_to_the_end(self) -> None:
        """Have Echo stop the story and say goodbye, as a caller who is tired of it."""
        try:
            await self.phone.wait_for_silence(1.5, 60.0)
            await self.phone.say("Please stop the story now. Goodbye.")
        except (CallEnded, NothingHeard):
            return

    async def watch(self, limit_s: float, settle_s: float) -> Seen:
        """Listen until the call ends, or until `limit_s` after the fault.

        After BYE the record and the room may take `settle_s`.
        """
        bye_s: float | None = None
        try:
            rest_s = max(0.1, self.fault_s + limit_s - self.phone.now_s)
            bye_s = await self.phone.wait_hung_up(rest_s) - self.fault_s
        except NothingHeard:
            pass
        end_s = self.phone.ended_s or self.phone.now_s
        silence_s = self._longest_silence_s(end_s)
        heard = await self._heard_after()
        settle_s = settle_s if bye_s is not None else 0.0
        row = await self._settled_row(settle_s)
        rooms = await self._rooms_left(settle_s)
        await self.phone.hang_up()
        if (load := os.getloadavg()[0] / (os.cpu_count() or 1)) > _BUSY:
            self.note(f"{load:.0f} runnable processes for each processor")
        reasons = await self.records.reasons()
        if reasons.total() > 1:
            counts = (f"{reason} {count}" for reason, count in reasons.most_common())
            self.note(f"records: {', '.join(counts)}")
        return Seen(
            *(bye_s, silence_s, heard, row, rooms, tuple(self.gaps_s)),
            notes=tuple(self._notes),
            blames=tuple(self._blames),
        )

    def _longest_silence_s(self, end_s: float) -> float:
        since_s, longest_s = self.fault_s, 0.0
        for span in self.phone.far_speech:
            if span.end_s > self.fault_s:
                longest_s = max(longest_s, span.start_s - since_s)
                since_s = max(since_s, span.end_s)
        return max(longest_s, end_s - since_s)

    async def _heard_after(self) -> str:
        lines = await self.phone.transcript()
        return " ".join(
            line.text for line in lines if line.speaker == "far end" and line.end_s > self.fault_s
        )

    async def record_of(self, number: str) -> str:
        """The record of the last call of a number, once it is closed, in words."""
        of_caller = partial(self.records.of_caller, number)
        (told, _), _ = await self._settled(of_caller, lambda found: found[1], _SETTLE_S)
        return told

    async def _settled(
        self, ask: Callable[[], Awaitable[T]], is_settled: Callable[[T], bool], limit_s: float
    ) -> tuple[T, float]:
        """What `ask` gives once it is settled, or after `limit_s`; and how long that took."""
        begun_s = self.phone.now_s
        while True:
            found = await ask()
            waited_s = self.phone.now_s - begun_s
            if is_settled(found) or waited_s >= limit_s:
                return found, waited_s
            await asyncio.sleep(_LOOK_S)

    async def _settled_row(self, settle_s: float) -> Row | None:
        row, waited_s = await self._settled(
            self.records.first, lambda row: row is not None and row.is_closed, settle_s
        )
        if row is not None and row.is_closed and waited_s > _SETTLE_S:
            self.note(f"record closed {waited_s:.0f} s after BYE")
        return row

    async def _rooms_left(self, settle_s: float) -> int | None:
        """After BYE an empty room stays for a while, by LiveKit's own setting."""
        rooms, waited_s = await self._settled(self.rooms.count, lambda rooms: not rooms, settle_s)
        if not rooms and waited_s > _SETTLE_S:
            self.note(f"the last room gone {waited_s:.0f} s later")
        return rooms


async def ring(stack: Stack, telephone: SipCaller, caller: str) -> RingingCall:
    """The line's number rings. Raises CallFailed."""
    return await telephone.start_dial(
        stack.sip_address,
        stack.number,
        user=stack.sip_user,
        password=stack.sip_password,
        from_number=caller,
    )

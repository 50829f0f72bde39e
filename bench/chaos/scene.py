"""One caller in mid-story on a stack of their own, for one fault to happen to."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field

import aiohttp
from livekit import api

from bench.chaos.cable import Cable, laid
from bench.chaos.pair import Pair, beside
from bench.chaos.seen import Row, Seen
from local.caller.errors import CallEnded, CallerError, CallFailed, NothingHeard
from local.caller.phone_call import PhoneCall
from local.caller.sip_caller import SipCaller
from local.stack import Stack

_CALLER = "+12025550142"
_MORE_CALLERS = "+1202555{:04d}"
_WHO = "I'm Peter from Berlin."
_POLL_S = 0.1
# After BYE or the last look: the record and the room may take so long.
_SETTLE_S = 12.0
_AGAIN_LIMIT_S = 25.0


@dataclass
class Scene:
    """The stack, and the telephone of its one caller. `fault_s`: the moment it happened."""

    stack: Stack
    phone: PhoneCall
    telephone: SipCaller
    _cable: Cable | None = None
    _pair: Pair | None = None
    fault_s: float = 0.0
    gaps_s: list[float] = field(default_factory=list)
    """From each fault after which the story was to go on to Echo's voice."""
    _callers: int = 143
    _held: list[PhoneCall] = field(default_factory=list)

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

    async def room_name(self) -> str:
        """The room of the call."""
        async with self._livekit() as livekit:
            (room,) = (await livekit.room.list_rooms(api.ListRoomsRequest())).rooms
            return room.name

    async def ask_for_agent(self) -> None:
        """Ask for one more agent in the room of the call, as LiveKit may."""
        room_name = await self.room_name()
        async with self._livekit() as livekit:
            await livekit.agent_dispatch.create_dispatch(
                api.CreateAgentDispatchRequest(agent_name="storyteller", room=room_name)
            )

    async def ring_beside(self, *, hold: bool = False) -> tuple[int | None, float]:
        """One more caller rings: the final answer (None: answered), and after how many seconds.

        `hold`: whoever is answered stays on the line, until `let_go`.
        """
        begun_s = self.phone.now_s
        self._callers += 1
        ringing = await self.telephone.start_dial(
            self.stack.sip_address,
            self.stack.number,
            user=self.stack.sip_user,
            password=self.stack.sip_password,
            from_number=_MORE_CALLERS.format(self._callers),
        )
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

    async def let_go(self) -> None:
        """Everybody who rang beside the caller hangs up."""
        while self._held:
            await self._held.pop().hang_up()

    def _livekit(self) -> api.LiveKitAPI:
        stack = self.stack
        timeout = aiohttp.ClientTimeout(total=3.0)
        return api.LiveKitAPI(stack.livekit_url, stack.api_key, stack.api_secret, timeout=timeout)

    def happens_now(self) -> None:
        """Count from this moment; to be called by whoever provokes the fault."""
        self.fault_s = self.phone.now_s

    async def hear_again(self) -> None:
        """Wait for Echo's voice after the fault; what is still on its way of the last one is not
        hers. Raises NothingHeard.
        """
        while True:
            await asyncio.sleep(_POLL_S)
            begun = [s.start_s for s in self.phone.far_speech if s.start_s > self.fault_s + 1.0]
            if begun:
                self.gaps_s.append(begun[0] - self.fault_s)
                return
            if self.phone.is_over or self.phone.now_s > self.fault_s + _AGAIN_LIMIT_S:
                raise NothingHeard("Echo was not heard again")

    async def talk_to_the_end(self) -> None:
        """Have Echo stop the story and say goodbye, as a caller who is tired of it."""
        try:
            await self.phone.wait_for_silence(1.5, 60.0)
            await self.phone.say("Please stop the story now. Goodbye.")
        except (CallEnded, NothingHeard):
            return

    async def watch(self, limit_s: float) -> Seen:
        """Listen until the call ends, or until `limit_s` after the fault."""
        bye_s: float | None = None
        try:
            rest_s = max(0.1, self.fault_s + limit_s - self.phone.now_s)
            bye_s = await self.phone.wait_hung_up(rest_s) - self.fault_s
        except NothingHeard:
            pass
        end_s = self.phone.ended_s or self.phone.now_s
        silence_s = self._longest_silence_s(end_s)
        heard = await self._heard_after()
        row = await self._settled_row(wait=bye_s is not None)
        rooms = await self._rooms_left(wait=bye_s is not None)
        await self.phone.hang_up()
        return Seen(bye_s, silence_s, heard, row, rooms, tuple(self.gaps_s))

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

    async def _settled_row(self, *, wait: bool) -> Row | None:
        row = await asyncio.to_thread(_row, self.stack)
        for _ in range(round(_SETTLE_S / _POLL_S) if wait else 0):
            if row is not None and row.is_closed:
                break
            await asyncio.sleep(_POLL_S)
            row = await asyncio.to_thread(_row, self.stack)
        return row

    async def _rooms_left(self, *, wait: bool) -> int | None:
        """After BYE an empty room stays for a while, by LiveKit's own setting."""
        rooms = await self._rooms()
        for _ in range(round(_SETTLE_S) if wait else 0):
            if not rooms:
                break
            await asyncio.sleep(1.0)
            rooms = await self._rooms()
        return rooms

    async def _rooms(self) -> int | None:
        async with self._livekit() as livekit:
            try:
                return len((await livekit.room.list_rooms(api.ListRoomsRequest())).rooms)
            except (api.ServerError, aiohttp.ClientError, TimeoutError):
                return None


@asynccontextmanager
async def mid_story(
    worker_env: Mapping[str, str] | None = None,
    *,
    by_cable: bool = False,
    two_workers: bool = False,
) -> AsyncIterator[Scene]:
    """A fresh stack with one caller to whom the story has just begun. Raises CallerError.

    `by_cable`: the worker reaches LiveKit through a cable that can be cut. `two_workers`: either of
    two has the call.
    """
    async with AsyncExitStack() as opened:
        stack = await opened.enter_async_context(
            Stack(worker_env=worker_env, with_worker=not by_cable)
        )
        cable = None
        if by_cable:
            cable = await opened.enter_async_context(laid(stack.livekit_url))
            await stack.start_worker({"LIVEKIT_URL": cable.url})
        pair = await opened.enter_async_context(beside(stack)) if two_workers else None
        telephone = await opened.enter_async_context(SipCaller(stack.providers_url))
        phone = await telephone.dial(
            stack.sip_address,
            stack.number,
            user=stack.sip_user,
            password=stack.sip_password,
            from_number=_CALLER,
        )
        try:
            await _into_the_story(phone)
            yield Scene(stack, phone, telephone, cable, pair)
        finally:
            await phone.aclose()
            phone.save(stack.run_dir / "call.wav")


async def _into_the_story(phone: PhoneCall) -> None:
    await phone.wait_for_speech()
    await phone.wait_for_silence(0.8, 30.0)
    await phone.say(_WHO)
    begun_s = await phone.wait_for_speech(20.0)
    # Not the first breath: a fault in the middle of a sentence.
    await asyncio.sleep(max(0.0, begun_s + 1.5 - phone.now_s))
    if phone.is_over:
        raise CallerError("the call ended before the fault")


def _row(stack: Stack) -> Row | None:
    try:
        with closing(
            sqlite3.connect(f"file:{stack.database_path}?mode=ro", uri=True)
        ) as connection:
            found = connection.execute(
                "SELECT end_reason, error, ended_at FROM calls ORDER BY started_at LIMIT 1"
            ).fetchone()
    except sqlite3.Error:
        return None
    return None if found is None else Row(found[0], found[1], found[2] is not None)

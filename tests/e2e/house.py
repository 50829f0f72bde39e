"""The running house that tests ring: the stack, a telephone, and what to look at afterwards."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from livekit import api

from bot.records import CallRecord, CallStore
from local.caller import CallerError, PhoneCall, SipCaller
from local.caller.sip_caller import RingingCall
from local.providers.control import ControlClient
from local.stack import Stack

# Deleting a room, sending BYE and writing the record take a moment each.
SETTLE_S = 5.0
_POLL_S = 0.1

_HINTS = (
    ("no record", "no job took the call: is the worker registered under the rule's agent name?"),
    ("not answered", "the job did not publish its track: see worker.log"),
    ("nothing heard", "the voice did not speak: see providers.log for /v1/audio/speech"),
    ("caller not understood", "no user turn: see providers.log for /v1/listen"),
    ("no handover", "information_gathered was not called, or the handover was dropped"),
    ("in the story", "the story had begun: compare the transcript with the claim"),
)


@dataclass
class House:
    """Everything a test needs to make a call and to see what became of it."""

    stack: Stack
    telephone: SipCaller
    providers: ControlClient
    store: CallStore
    livekit: api.LiveKitAPI
    _numbers: Iterator[int] = field(default_factory=lambda: count(200))

    def new_number(self) -> str:
        """A caller's number that nobody has called from: the record is found by it."""
        return f"+1202555{next(self._numbers):04d}"

    async def start_ringing(self, from_number: str, password: str | None = None) -> RingingCall:
        return await self.telephone.start_dial(
            self.stack.sip_address,
            self.stack.number,
            user=self.stack.sip_user,
            password=self.stack.sip_password if password is None else password,
            from_number=from_number,
        )

    @asynccontextmanager
    async def ring(self, from_number: str | None = None) -> AsyncIterator["TestCall"]:
        """Make a call; a failure inside tells how far it got, and the recording is kept."""
        number = from_number or self.new_number()
        ringing = await self.start_ringing(number)
        call: PhoneCall | None = None
        try:
            call = await ringing.wait_answered()
            yield TestCall(call, number, self)
        except (AssertionError, CallerError, TimeoutError) as failure:
            failure.add_note(await self.explain(number, call))
            raise
        finally:
            if call is None:
                await ringing.cancel()
            else:
                await call.aclose()
                call.save(self.stack.run_dir / f"call-{number[1:]}.wav")

    async def record(self, from_number: str) -> CallRecord | None:
        found = [r for r in await self.store.recent(1000) if r.from_number == from_number]
        assert len(found) <= 1, f"{len(found)} records for one call"
        return found[0] if found else None

    async def closed_record(self, from_number: str, within_s: float = SETTLE_S) -> CallRecord:
        """The one record of the call, once it is closed and its room is gone."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    record = await self.record(from_number)
                    closed = record is not None and not record.is_open
                    if record and closed and record.room_name not in await self.rooms():
                        return record
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise AssertionError(
                f"after {within_s:g} s: record {record}, rooms {await self.rooms()}"
            ) from None

    async def wait_until_empty(self, within_s: float = 15.0) -> None:
        """Until no room is left; a call that a test has left must end by itself."""
        try:
            async with asyncio.timeout(within_s):
                while await self.rooms():
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise AssertionError(f"rooms left behind: {await self.rooms()}") from None

    async def rooms(self) -> list[str]:
        answer = await self.livekit.room.list_rooms(api.ListRoomsRequest())
        return [room.name for room in answer.rooms]

    async def explain(self, from_number: str, call: PhoneCall | None) -> str:
        """How far the call got, what was said, what the worker wrote."""
        record = await self.record(from_number)
        stage = _stage(record, call)
        lines = [f"how far the call got: {stage}", f"likely cause: {dict(_HINTS)[stage]}"]
        lines.append(f"record: {record}")
        if call is not None:
            lines.append(
                f"answered at +{call.answered_s:.3f}s, ended at {call.ended_s} by {call.ended_by}"
            )
            lines += [f"+{line.start_s:.3f}s {line.speaker}: {line.text}" for line in call.lines]
        if record is not None:
            lines += _log_of(self.stack.run_dir / "worker.log", record.call_id)
        lines.append(f"logs and recording: {self.stack.run_dir}")
        return "\n".join(lines)


def _stage(record: CallRecord | None, call: PhoneCall | None) -> str:
    if record is None:
        return "no record"
    if call is None:
        return "not answered"
    if not call.far_speech:
        return "nothing heard"
    if record.turns == 0:
        return "caller not understood"
    return "in the story" if record.agent_reached == "story" else "no handover"


def _log_of(path: Path, call_id: str) -> list[str]:
    wanted = []
    for line in path.read_text().splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if entry.get("call_id") == call_id:
            brief = {k: entry[k] for k in ("kind", "error", "reason", "role", "turn") if k in entry}
            wanted.append(f"{entry['ts'][11:23]} {entry['level']} {entry['msg'][:200]} {brief}")
    return wanted[-25:]


@dataclass
class TestCall:
    """One call in a test's hand: the telephone, and the words the claim is about."""

    __test__ = False

    phone: PhoneCall
    from_number: str
    house: House

    async def hear(self, timeout_s: float = 15.0) -> str:
        """Everything Echo says until she waits."""
        return (await self.phone.hear_turn(timeout_s)).text

    async def hear_until(self, word: str, timeout_s: float = 20.0) -> str:
        """Everything Echo says until `word` has fallen, however she pauses."""
        said = ""
        while word.lower() not in said.lower():
            try:
                said += " " + (await self.phone.hear(timeout_s)).text
            except CallerError as failure:
                failure.add_note(f"waited for {word!r}; heard only: {said}")
                raise
        return said

    async def introduce(self, words: str = "Hi, I'm Maria from Lisbon.") -> str:
        """Hear the greeting, say who is calling, and return how the story begins."""
        greeting = await self.hear()
        assert "Echo" in greeting, greeting
        await self.phone.say(words)
        return await self.hear(20.0)

    async def record(self, within_s: float = SETTLE_S) -> CallRecord:
        return await self.house.closed_record(self.from_number, within_s)

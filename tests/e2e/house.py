"""The running house that tests ring: the stack, a telephone, and what to look at afterwards."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import count

from livekit import api

from bot.records import CallRecord, CallStore
from local.caller import CallerError, PhoneCall, SipCaller
from local.caller.sip_caller import RingingCall
from local.caller.speech import Speech
from local.providers.control import ControlClient
from local.stack import Stack
from tests.e2e.browser import join_room
from tests.e2e.explanation import explain, explain_room
from tests.second_tries import Misheard

# Deleting a room, sending BYE and writing the record take a moment each.
SETTLE_S = 5.0
# Where LiveKit goes on listing a room that it has closed, the watch clears it away after 24 s.
_GONE_S = 30.0
_POLL_S = 0.1
# Heard in the greeting and nowhere else. The ears are not sure of Echo's name, but of her trade.
GREETING = "storyteller"
GREETING_END = "calling"
_LONG_WORD = 9


@dataclass
class House:
    """Everything a test needs to make a call and to see what became of it."""

    stack: Stack
    telephone: SipCaller
    providers: ControlClient
    store: CallStore
    livekit: api.LiveKitAPI
    speech: Speech
    _worker_env: dict[str, str] = field(default_factory=dict)
    _rung: Counter[str] = field(default_factory=Counter)
    _numbers: Iterator[int] = field(default_factory=lambda: count(200))

    def new_number(self) -> str:
        """A caller's number that nobody has called from: the record is found by it."""
        return f"+1202555{next(self._numbers):04d}"

    async def start_ringing(
        self,
        from_number: str,
        password: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> RingingCall:
        return await self.telephone.start_dial(
            self.stack.sip_address,
            self.stack.number,
            user=self.stack.sip_user,
            password=self.stack.sip_password if password is None else password,
            from_number=from_number,
            headers=headers,
        )

    @asynccontextmanager
    async def ring(
        self, from_number: str | None = None, *, headers: Mapping[str, str] | None = None
    ) -> AsyncIterator["TestCall"]:
        """Make a call; a failure inside tells how far it got, and the recording is kept."""
        number = from_number or self.new_number()
        self._rung[number] += 1
        ringing = await self.start_ringing(number, headers=headers)
        try:
            async with self._explained(number):
                call = await ringing.wait_answered()
        except BaseException:
            await ringing.cancel()
            raise
        async with self._in_hand(call, number) as test_call:
            yield test_call

    @asynccontextmanager
    async def browse(self, room_name: str) -> AsyncIterator["TestCall"]:
        """Join a room as a web page would; otherwise like `ring`."""
        async with self._explained(room_name):
            call = await join_room(self.stack, self.speech, room_name)
        async with self._in_hand(call, room_name) as test_call:
            yield test_call

    @asynccontextmanager
    async def _in_hand(self, call: PhoneCall, caller: str) -> AsyncIterator["TestCall"]:
        try:
            async with self._explained(caller, call):
                yield TestCall(call, caller, self)
        finally:
            await call.aclose()
            call.save(self.stack.run_dir / f"call-{caller.lstrip('+')}.wav")

    @asynccontextmanager
    async def _explained(self, caller: str, call: PhoneCall | None = None) -> AsyncIterator[None]:
        try:
            yield
        except (AssertionError, CallerError, TimeoutError) as failure:
            if call is not None:
                await call.transcript()
            failure.add_note(explain(await self.record(caller), call, self.stack.run_dir))
            raise

    async def use_worker(self, **env: str) -> None:
        """See to it that a worker runs with these settings and no others."""
        if self.stack.worker_pid is None or env != self._worker_env:
            await self.stack.stop_worker()
            await self.stack.start_worker(env)
            self._worker_env = env

    async def record(self, caller: str) -> CallRecord | None:
        """The record of whoever called from this number or, in a browser, joined this room; of
        their last call.
        """
        recent = await self.store.recent(1000)
        found = [r for r in recent if caller in (r.from_number, r.room_name)]
        calls = self._rung[caller] or 1
        assert len(found) <= calls, f"{len(found)} records for {calls} calls"
        return found[0] if len(found) == calls else None

    async def closed_record(self, caller: str, within_s: float = SETTLE_S) -> CallRecord:
        """The one record of the call, once it is closed `within_s` and its room is gone."""
        try:
            async with asyncio.timeout(within_s):
                while True:
                    record = await self.record(caller)
                    if record is not None and not record.is_open:
                        break
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise AssertionError(
                f"after {within_s:g} s: record {record}, rooms {await self.rooms()}"
            ) from None
        await self.wait_until_gone(record.room_name)
        return record

    async def wait_until_gone(self, room_name: str) -> None:
        """Until LiveKit lists the room no more."""
        await self._wait_for_rooms(lambda listed: room_name not in listed)

    async def wait_until_empty(self) -> None:
        """Until no room is left; a call that a test has left must end by itself."""
        await self._wait_for_rooms(lambda listed: not listed)

    async def _wait_for_rooms(self, are_gone: Callable[[list[str]], bool]) -> None:
        try:
            async with asyncio.timeout(_GONE_S):
                while True:
                    if are_gone(await self.rooms()):
                        return
                    await asyncio.sleep(_POLL_S)
        except TimeoutError:
            raise AssertionError(await self._what_is_left()) from None

    async def _what_is_left(self) -> str:
        """Who is still in each room, and what became of its call."""
        left = await self._listed()
        parts = [f"rooms left behind: {[room.name for room in left]}"]
        for room in left:
            request = api.ListParticipantsRequest(room=room.name)
            present = (await self.livekit.room.list_participants(request)).participants
            record = await self.record(room.name)
            parts.append(explain_room(room, present, record, self.stack.run_dir))
        return "\n".join(parts)

    async def rooms(self) -> list[str]:
        return [room.name for room in await self._listed()]

    async def _listed(self) -> Sequence[api.Room]:
        return (await self.livekit.room.list_rooms(api.ListRoomsRequest())).rooms


def has_word(said: str, word: str) -> bool:
    """Whether a word was said, with at most one sound in five misheard."""
    words = re.findall(r"\w+", said.lower())
    return any(SequenceMatcher(None, word.lower(), each).ratio() >= 0.8 for each in words)


def is_heard(said: str, words: str) -> bool:
    """Whether these words were said as they stand or, if it is one word, nearly so.

    A long word may be heard as two.
    """
    if words.lower() in said.lower() or has_word(said, words):
        return True
    return len(words) >= _LONG_WORD and words.lower() in re.sub(r"\W", "", said.lower())


def assert_heard(said: str, *words: str) -> None:
    """All of these were said. Raises Misheard."""
    missing = [each for each in words if not is_heard(said, each)]
    if missing:
        raise Misheard(f"not heard: {missing}; heard only: {said}")


def assert_one_heard(said: str, *words: str) -> None:
    """At least one of these was said. Raises Misheard."""
    if not any(is_heard(said, each) for each in words):
        raise Misheard(f"none heard of {words}; heard only: {said}")


async def hear_until(
    phone: PhoneCall, *words: str, after_s: float = 0.0, timeout_s: float = 20.0
) -> str:
    """Everything the far end says, and nobody has listened to yet, until one of `words` has
    fallen, however it pauses; utterances that end by `after_s` do not count.

    Raises Misheard when something else is said; as PhoneCall.hear when nothing is.
    """
    said = ""
    while not any(is_heard(said, each) for each in words):
        try:
            heard = await phone.hear(timeout_s)
        except CallerError as failure:
            if not said:
                raise
            raise Misheard(f"none heard of {words}; heard only: {said}") from failure
        if heard.end_s > after_s:
            said += " " + heard.text
    return said


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

    async def hear_until(self, *words: str, timeout_s: float = 20.0) -> str:
        return await hear_until(self.phone, *words, timeout_s=timeout_s)

    async def answer_greeting(self, words: str) -> None:
        """Hear Echo out and answer at once; what she said is understood meanwhile."""
        await self.phone.wait_for_speech()
        await self.phone.wait_for_silence(0.8, 30.0)
        await self.phone.say(words)
        greeting = await self.hear_until(GREETING_END)
        assert_heard(greeting, GREETING)

    async def introduce(self, words: str = "Hi, I'm Maria from Lisbon.") -> str:
        """Say who is calling, and return how the story begins."""
        await self.answer_greeting(words)
        return await self.hear(20.0)

    async def begin_story(self, words: str = "I'm Peter from Berlin.") -> None:
        """Say who is calling, and return while the first words of the story are heard."""
        await self.answer_greeting(words)
        await self.phone.wait_for_speech(20.0)

    @property
    def said(self) -> str:
        """Everything that Echo has said so far and that has been understood."""
        return " ".join(line.text for line in self.phone.lines if line.speaker == "far end")

    async def record(self, within_s: float = SETTLE_S) -> CallRecord:
        return await self.house.closed_record(self.from_number, within_s)

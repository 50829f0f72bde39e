"""The line as the agents know it."""

import asyncio
from typing import Any, cast

import pytest

from agents.conversation import NotSpoken
from agents.last_words import LastWords
from bot.records import EndReason
from bot.talk.floor.opening import Opening
from bot.talk.line import Line
from bot.talk.phone_line import CallerLine
from tests.bot.talk.fake_room import ROOM, SECRET, FakeRoom
from tests.bot.talk.fakes import FakeVoice, Scene, now_s
from tests.bot.talk.floor.test_opening import FakeStream, an_opening

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]


class PreparingVoice(FakeVoice):
    """A voice that synthesizes its first words from `stream`; None: the caller reads."""

    stream: FakeStream | None = None
    was_opened = False

    def prepare(self, text: str) -> Opening | None:
        return an_opening(self.stream) if self.stream else None


class Ringing(Scene):
    """A call that rings, with the line that the agents will speak through."""

    def __init__(self, *pauses_s: float) -> None:
        super().__init__()
        self.room = FakeRoom()
        self.line = Line(self.room.as_room, ROOM, self.ending, secret=SECRET)
        self.line.expect("caller", on_telephone=True)
        self.room.joins("caller", "ringing")
        self.blocks = True
        voice = PreparingVoice(self.timeline)
        voice.stream = FakeStream(pauses_s) if pauses_s else None
        self.caller_line = CallerLine(
            self.line, voice, self.floor, block=self._block, ending=self.ending
        )

    async def _block(self) -> bool:
        return self.blocks


async def test_the_first_words_are_said_when_the_caller_can_hear() -> None:
    call = Ringing(0.3)
    opening = asyncio.create_task(call.caller_line.open("hello", interruptible=True))
    await call.until(5)
    assert call.lines == []
    call.room.becomes("caller", "active")
    await opening
    assert call.lines == [(5.0, "open hello"), (8.5, "said")]


async def test_the_line_is_ready_when_the_first_sound_is_there() -> None:
    call = Ringing(0.3, 60)
    opening = asyncio.create_task(call.caller_line.open("hello", interruptible=False))
    await call.until(0.2)
    assert not call.caller_line.ready.is_set()
    await call.until(0.4)
    assert call.caller_line.ready.is_set()
    opening.cancel()


async def test_a_voice_that_is_not_ready_does_not_hold_the_greeting_up() -> None:
    call = Ringing(3600)
    opening = asyncio.create_task(call.caller_line.open("hello", interruptible=True))
    await call.until(1)
    call.room.becomes("caller", "active")
    await opening
    assert call.lines[0] == (1.0, "open hello")
    assert not call.caller_line.ready.is_set()


async def test_who_reads_is_ready_at_once() -> None:
    call = Ringing()
    opening = asyncio.create_task(call.caller_line.open("hello", interruptible=True))
    await call.until(0.1)
    assert call.caller_line.ready.is_set()
    opening.cancel()


async def test_a_call_that_ends_while_it_rings_is_not_greeted() -> None:
    call = Ringing(0.3)
    opening = asyncio.create_task(call.caller_line.open("hello", interruptible=True))
    await call.until(2)
    call.ending.set(EndReason.NEVER_ANSWERED)
    with pytest.raises(NotSpoken):
        await opening
    assert call.lines == []


async def test_an_opening_that_a_machine_cuts_off_tells_the_agent_to_be_quiet() -> None:
    call = Ringing(0.3)
    opening = asyncio.create_task(call.caller_line.open("hello", interruptible=False))
    call.room.becomes("caller", "active")
    await call.until(1)
    await call.voice.hush()
    with pytest.raises(NotSpoken):
        await opening


async def test_what_agents_say_goes_through_the_floor() -> None:
    call = Ringing()
    call.caller_line.say("where are you")
    await call.until(4)
    call.caller_line.reply("begin")
    await call.until(8)
    call.floor.hold()
    call.caller_line.say("too late")
    call.caller_line.reply("too late")
    await call.until(20)
    assert [what for what in call.timeline.what if what != "said"] == [
        "utter where are you",
        "reply begin",
    ]


async def test_a_goodbye_ends_the_call_once() -> None:
    call = Ringing()
    for _ in range(2):
        await call.caller_line.say_goodbye(LastWords("bye"), after=lambda: asyncio.sleep(1))
    assert call.lines == [(1.0, "insist bye"), (4.5, "said")]
    assert call.ending.reason is EndReason.STORY_FINISHED


@pytest.mark.parametrize("blocks", [True, False])
async def test_a_wish_not_to_be_called_is_passed_on(blocks: bool) -> None:
    call = Ringing()
    call.blocks = blocks
    assert await call.caller_line.never_call_again() is blocks


class ARecording:
    """Notes what it was asked to do."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def begin(self) -> None:
        self.asked.append("begin")

    async def refuse(self) -> bool:
        self.asked.append("refuse")
        return False


async def test_nothing_is_recorded_before_the_notice_was_heard() -> None:
    call = Ringing()
    recording = ARecording()
    voice = PreparingVoice(call.timeline)
    line = CallerLine(
        call.line,
        voice,
        call.floor,
        block=call._block,
        ending=call.ending,
        recording=cast(Any, recording),
    )
    line.record()
    assert recording.asked == []
    voice.was_opened = True
    line.record()
    assert recording.asked == ["begin"]
    assert not await line.never_record()


async def test_without_a_recording_there_is_nothing_to_delete() -> None:
    call = Ringing()
    call.caller_line.record()
    assert await call.caller_line.never_record()


# --- an answer that is waited for -----------------------------------------------------------------


async def test_who_says_nothing_is_waited_for_so_long_and_no_longer() -> None:
    call = Ringing()
    await call.caller_line.wait_quiet(5.0, unless=asyncio.Event())
    assert now_s() == 5


async def test_who_speaks_is_heard_to_the_end() -> None:
    call = Ringing()
    waiting = asyncio.create_task(call.caller_line.wait_quiet(5.0, unless=asyncio.Event()))
    await asyncio.sleep(4)
    call.floor.caller_begins()
    await asyncio.sleep(3)
    call.floor.caller_stops()
    await waiting
    assert now_s() == 12


async def test_who_never_stops_is_not() -> None:
    call = Ringing()
    call.floor.caller_begins()
    await call.caller_line.wait_quiet(5.0, unless=asyncio.Event())
    assert now_s() == 30


@pytest.mark.parametrize("what", ["answer", "end"])
async def test_an_answer_or_the_end_of_the_call_is_enough(what: str) -> None:
    call, answered = Ringing(), asyncio.Event()
    waiting = asyncio.create_task(call.caller_line.wait_quiet(5.0, unless=answered))
    await asyncio.sleep(1)
    if what == "answer":
        answered.set()
    else:
        call.ending.set(EndReason.CALLER_HUNG_UP)
    await waiting
    assert now_s() == 1

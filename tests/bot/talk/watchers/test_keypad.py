"""Keys are answers, and what they do depends on who has the word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from livekit.agents import ConversationItemAddedEvent
from livekit.agents.llm import ChatMessage, ChatRole

from agents.conversation import Conversation
from agents.prompts import load_prompt
from agents.story import StoryData
from bot.records import EndReason
from bot.talk.spoken.lead import PromptVoice
from bot.talk.watchers.keypad import Keypad
from tests.agents.fake_line import FakeLine
from tests.bot.talk.fake_session import FakeSession
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

DOORS = "Do you take the left door, or the right door?"
LEFT, RIGHT = "answer The first one: take the left door.", "answer The second one: the right door."


class SlowedDown(PromptVoice):
    """Counts how often it was asked to slow down."""

    times = 0

    def slow_down(self) -> None:
        self.times += 1


@dataclass
class Pad(Scene):
    """A scene with keys. Models answer nothing by themselves."""

    session: FakeSession = field(default_factory=FakeSession)
    keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)

    def __post_init__(self) -> None:
        super().__init__()
        self.voice.replies = False
        self.session.userdata = Conversation(FakeLine())

    def said(self, text: str, role: ChatRole = "assistant") -> None:
        item = ChatMessage(role=role, content=[text])
        self.session.emit("conversation_item_added", ConversationItemAddedEvent(item=item))

    async def press(self, *keys: str) -> list[str]:
        """Press keys, and return what came of them by the time that a sentence lasts."""
        for key in keys:
            self.keys.put_nowait(key)
        await asyncio.sleep(5)
        return [what for what in self.timeline.what if what != "said"]


@asynccontextmanager
async def pad() -> AsyncIterator[Pad]:
    scene = Pad()
    keypad = Keypad(scene.session.as_session, scene.floor, scene.keys)
    task = asyncio.create_task(keypad.run())
    try:
        yield scene
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_one_and_two_choose() -> None:
    for key, answer in (("1", LEFT), ("2", RIGHT)):
        async with pad() as scene:
            scene.said(DOORS)
            assert await scene.press(key) == [answer]


async def test_a_choice_is_made_once_however_often_the_key_is_pressed() -> None:
    async with pad() as scene:
        scene.said(DOORS)
        assert await scene.press("1", "1", "2") == [LEFT]


async def test_a_choice_is_open_while_echo_only_asks_whether_anybody_is_there() -> None:
    async with pad() as scene:
        scene.said(DOORS)
        scene.said(load_prompt("still_there"))
        assert await scene.press("2") == [RIGHT]


async def test_a_choice_that_the_caller_has_answered_in_words_is_over() -> None:
    async with pad() as scene:
        scene.said(DOORS)
        scene.said("The left one.", "user")
        assert await scene.press("2") == []


async def test_a_key_that_means_nothing_is_let_go() -> None:
    async with pad() as scene:
        scene.said("What do you call the dragon?")
        assert await scene.press("1", "7", "A") == []


async def test_a_key_interrupts_echo_like_a_word() -> None:
    async with pad() as scene:
        scene.said(DOORS)
        scene.floor.voice_heard()
        assert await scene.press("1") == ["give way", LEFT]


async def test_a_key_without_any_meaning_does_not_interrupt() -> None:
    async with pad() as scene:
        scene.floor.voice_heard()
        assert await scene.press("7") == []


async def test_echo_goes_on_where_she_stopped_for_a_key_that_chooses_nothing() -> None:
    async with pad() as scene:
        scene.floor.voice_heard()
        assert await scene.press("1") == ["give way", f"reply {load_prompt('no_such_choice')}"]


async def test_zero_repeats_the_question() -> None:
    async with pad() as scene:
        scene.said(f"A shop has two doors. {DOORS}")
        assert await scene.press("0") == [f"utter {DOORS}"]


async def test_zero_in_mid_speech_has_it_told_again() -> None:
    async with pad() as scene:
        scene.said(DOORS)
        scene.floor.voice_heard()
        assert await scene.press("0") == ["give way", f"reply {load_prompt('say_again')}"]


async def test_the_star_asks_to_slow_down() -> None:
    async with pad() as scene:
        answers = await scene.press("*")
        assert len(answers) == 1
        assert "slowly" in answers[0]


async def test_the_star_slows_down_the_voice_that_reads() -> None:
    async with pad() as scene:
        scene.session.tts = voice = SlowedDown(api_key="a key")
        scene.said(DOORS)
        await scene.press("0", "2", "7")
        assert voice.times == 0
        await scene.press("*")
        assert voice.times == 1


async def test_a_star_that_is_not_heeded_slows_nothing_down() -> None:
    async with pad() as scene:
        scene.session.tts = voice = SlowedDown(api_key="a key")
        scene.floor.answer_due()
        await scene.press("*")
        assert voice.times == 0


async def test_keys_wait_for_nothing_while_an_answer_is_on_its_way() -> None:
    async with pad() as scene:
        scene.said(DOORS)
        scene.floor.answer_due()
        assert await scene.press("1", "0", "*") == []


async def test_the_hash_key_ends_the_call_with_a_goodbye_by_name() -> None:
    async with pad() as scene:
        scene.session.userdata.story = StoryData("Maria", "Lisbon")
        heard = await scene.press("#", "1")
        assert heard == ["hush", f"insist {load_prompt('goodbye_spoken', name='Maria')}"]
        assert scene.ending.reason is EndReason.STORY_FINISHED


async def test_no_key_counts_while_somebody_else_has_the_word() -> None:
    async with pad() as scene:
        scene.said(DOORS)
        scene.floor.hold()
        assert await scene.press("1", "0", "*", "#") == []
        assert scene.ending.reason is None


async def test_a_key_is_a_sign_of_life() -> None:
    async with pad() as scene:
        scene.said(DOORS)
        await scene.press("2")
        assert scene.floor.caller_turns == 1

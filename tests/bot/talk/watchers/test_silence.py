"""A caller who says nothing is asked twice, and then wished a good night."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from agents.prompts import load_prompt
from agents.taming.notices import Notice
from bot.records import EndReason
from bot.talk.watchers.silence import keep_silence_short
from tests.agents.taming.noted import Noted
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

FIRST = f"say {load_prompt('still_there')}"
SECOND = f"say {load_prompt('still_there_again')}"
BYE = f"insist {load_prompt('farewell_silence')}"


@asynccontextmanager
async def watched() -> AsyncIterator[Scene]:
    scene = Scene()
    async with scene.watched_by(keep_silence_short(scene.floor, silence_s=8)):
        yield scene


async def test_a_silent_caller_is_asked_twice_and_then_said_goodbye_to() -> None:
    async with watched() as scene:
        await scene.until(60)
        # Each question lasts 3.5 s, and 8 s of silence follow it.
        assert scene.lines == [
            (8.0, FIRST),
            (11.5, "said"),
            (19.5, SECOND),
            (23.0, "said"),
            (31.0, "hush"),
            (31.0, BYE),
            (34.5, "said"),
        ]
        assert scene.ending.reason is EndReason.SILENCE


async def test_a_caller_who_speaks_in_time_is_not_asked() -> None:
    async with watched() as scene:
        for second in range(5, 60, 5):
            await scene.until(second)
            scene.floor.caller_begins()
            scene.floor.caller_stops()
        assert scene.lines == []


async def test_a_caller_who_answers_is_asked_from_the_beginning() -> None:
    async with watched() as scene:
        await scene.until(24)
        scene.floor.caller_begins()
        await scene.until(25)
        scene.floor.caller_stops()
        await scene.until(60)
        asked = [what for what in scene.timeline.what if what.startswith("say")]
        assert asked == [FIRST, SECOND, FIRST, SECOND]


async def test_nobody_is_asked_while_an_answer_is_owed() -> None:
    async with watched() as scene:
        scene.floor.answer_due()
        await scene.until(300)
        assert scene.lines == []


async def test_nobody_is_asked_while_a_screener_has_the_word() -> None:
    async with watched() as scene:
        scene.floor.hold()
        await scene.until(300)
        assert scene.lines == []


async def test_a_call_is_not_given_up_in_the_middle_of_a_thought() -> None:
    async with watched() as scene:
        await scene.until(24)
        scene.voice.is_busy = True
        await scene.until(200)
        assert scene.ending.reason is None


async def test_a_moment_in_which_nothing_may_be_asked_is_let_pass() -> None:
    async with watched() as scene:
        scene.voice.is_busy = True  # the model thinks, and nothing is due yet
        await scene.until(9)
        scene.voice.is_busy = False
        await scene.until(17)
        assert scene.lines == [(16.0, FIRST)]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Goodbye, Peter, and sleep well.", EndReason.STORY_FINISHED),
        ("The fox says goodbye. Do you follow it?", EndReason.SILENCE),
        ("The fox says goodbye. You are alone. The sea is calm.", EndReason.SILENCE),
    ],
)
async def test_nobody_is_asked_after_a_goodbye(said: str, reason: EndReason) -> None:
    scene, noted = Scene(), Noted()
    watcher = keep_silence_short(scene.floor, silence_s=8, last_said=lambda: said, notify=noted)
    async with scene.watched_by(watcher):
        await scene.until(60)
        is_over = reason is EndReason.STORY_FINISHED
        assert (FIRST not in scene.timeline.what) is is_over
        assert noted.all == [(Notice.GOODBYE_ALONE, "")] * is_over
        assert BYE in scene.timeline.what
        assert scene.ending.reason is reason

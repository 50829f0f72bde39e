"""A caller who asks for help too late for their turn is heard all the same."""

import asyncio

import pytest

from agents.last_words import LastWords
from agents.prompts import load_prompt
from agents.taming.notices import Notice
from bot.records import EndReason
from bot.talk.watchers.emergency import Emergency
from tests.agents.taming.noted import Noted
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

HELP = f"utter {load_prompt('emergency')}"


async def test_echo_stops_for_late_words_and_says_the_fixed_sentence() -> None:
    scene, noted = Scene(), Noted()
    emergency = Emergency(scene.floor, scene.voice.hush, noted)
    async with scene.watched_by(emergency.run()):
        scene.floor.voice_heard()  # the model tells on
        emergency.heard("Please call an ambulance.")
        await scene.until(10)
        assert scene.timeline.what[:2] == ["hush", HELP]
        assert noted.kinds == [Notice.EMERGENCY]


async def test_an_answer_that_is_due_is_not_waited_for() -> None:
    scene, noted = Scene(), Noted()
    emergency = Emergency(scene.floor, scene.voice.hush, noted)
    async with scene.watched_by(emergency.run()):
        scene.floor.answer_due()
        emergency.heard("I can't breathe.")
        await scene.until(10)
        assert scene.timeline.what[:2] == ["hush", HELP]


async def test_the_last_words_are_not_cut_for_late_ones() -> None:
    scene, noted = Scene(), Noted()
    emergency = Emergency(scene.floor, scene.voice.hush, noted)
    async with scene.watched_by(emergency.run()):
        goodbye = asyncio.create_task(scene.floor.last_words(EndReason.SILENCE, LastWords("Bye.")))
        await scene.until(1)
        emergency.heard("I can't breathe.")
        await goodbye
        assert scene.timeline.what == ["hush", "insist Bye.", "said"]
        assert noted.kinds == [Notice.EMERGENCY]


async def test_other_late_words_are_let_pass() -> None:
    scene, noted = Scene(), Noted()
    emergency = Emergency(scene.floor, scene.voice.hush, noted)
    async with scene.watched_by(emergency.run()):
        emergency.heard("I go to the fire.")
        await scene.until(10)
        assert (scene.lines, noted.kinds) == ([], [])

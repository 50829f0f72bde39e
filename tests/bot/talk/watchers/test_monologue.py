"""Echo does not talk without end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from agents.prompts import load_prompt
from agents.taming.notices import Notice
from bot.talk.watchers.monologue import LONGEST_S, Monologue
from tests.agents.taming.noted import Noted
from tests.bot.talk.fake_session import FakeSession
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

GO_ON = f"say {load_prompt('too_long')}"


class Talking(Scene):
    """A scene whose Echo speaks by a session."""

    def __init__(self) -> None:
        super().__init__()
        self.session, self.noted = FakeSession(), Noted()
        self.monologue = Monologue(self.session.as_session, self.floor, self.noted)

    def speaks(self) -> None:
        self.session.agent_becomes("speaking")
        self.floor.voice_heard()

    def stops(self) -> None:
        self.session.agent_becomes("listening")
        self.floor.voice_done()


@asynccontextmanager
async def talking() -> AsyncIterator[Talking]:
    scene = Talking()
    async with scene.watched_by(scene.monologue.run()):
        yield scene


async def test_two_minutes_of_monologue_are_cut_and_the_caller_is_asked() -> None:
    async with talking() as scene:
        scene.speaks()
        await scene.until(LONGEST_S - 1)
        assert scene.lines == []
        await scene.until(120)
        assert scene.lines[:2] == [(LONGEST_S, "give way"), (LONGEST_S, GO_ON)]
        assert scene.noted.kinds == [Notice.CUT_SHORT]


async def test_a_turn_of_the_usual_length_is_left_alone() -> None:
    async with talking() as scene:
        for start_s in range(0, 300, 30):
            await scene.until(start_s)
            scene.speaks()
            await scene.until(start_s + 25)
            scene.stops()
        assert (scene.lines, scene.noted.kinds) == ([], [])


async def test_every_monologue_is_cut_and_each_once() -> None:
    async with talking() as scene:
        for _ in range(2):
            scene.speaks()
            await asyncio.sleep(LONGEST_S + 30)
            scene.stops()
            await asyncio.sleep(1)
        assert scene.noted.kinds == [Notice.CUT_SHORT] * 2


async def test_the_last_words_are_left_alone() -> None:
    async with talking() as scene:
        scene.floor.hold()
        scene.session.agent_becomes("speaking")
        await scene.until(200)
        assert (scene.lines, scene.noted.kinds) == ([], [])

"""A caller whose words do not arrive is asked again, and not for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from agents.prompts import load_prompt
from bot.records import EndReason
from bot.talk.watchers.hearing import Hearing
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

AGAIN = f"say {load_prompt('not_heard')}"


@asynccontextmanager
async def listening(*, tells_keys: bool = False) -> AsyncIterator[tuple[Scene, Hearing]]:
    scene = Scene()
    hearing = Hearing(scene.floor, may_tell_keys=lambda: tells_keys)
    task = asyncio.create_task(hearing.run())
    try:
        yield scene, hearing
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def nothing_heard(scene: Scene, hearing: Hearing, *at_s: float) -> None:
    for time_s in at_s:
        await scene.until(time_s)
        hearing.nothing_heard()
    await scene.until(at_s[-1] + 9)


async def test_the_caller_is_asked_again_twice_and_then_echo_admits_that_she_is_deaf() -> None:
    async with listening() as (scene, hearing):
        await nothing_heard(scene, hearing, 10, 20, 30)
        assert scene.lines == [
            (10.0, AGAIN),
            (13.5, "said"),
            (20.0, AGAIN),
            (23.5, "said"),
            (30.0, "hush"),
            (30.0, "clip goodbye"),
        ]
        assert scene.ending.reason is EndReason.PROVIDER_FAILURE
        assert scene.ending.error == "nothing the caller said could be understood"


async def test_words_in_between_begin_the_count_anew() -> None:
    async with listening() as (scene, hearing):
        await nothing_heard(scene, hearing, 10, 20)
        hearing.words_heard()
        await nothing_heard(scene, hearing, 40, 50)
        assert scene.ending.reason is None
        assert scene.timeline.what.count(AGAIN) == 4


async def test_nobody_is_asked_again_while_echo_speaks() -> None:
    async with listening() as (scene, hearing):
        scene.floor.voice_heard()
        await nothing_heard(scene, hearing, 10)
        assert scene.lines == []


async def test_a_caller_who_was_not_understood_twice_is_told_of_the_keys_once() -> None:
    async with listening(tells_keys=True) as (scene, hearing):
        await nothing_heard(scene, hearing, 10, 20)
        hearing.words_heard()
        await nothing_heard(scene, hearing, 40, 50)
        keys = f"say {load_prompt('not_heard_keys')}"
        said = [what for what in scene.timeline.what if what != "said"]
        assert said == [AGAIN, keys, AGAIN, AGAIN]

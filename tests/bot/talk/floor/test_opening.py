"""The first words of a call are there before anybody can hear them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from livekit import rtc
from livekit.agents import APIConnectionError
from livekit.agents.tts import TTS
from livekit.agents.types import APIConnectOptions

from bot.talk.floor.opening import Opening

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

FRAME = rtc.AudioFrame.create(24_000, 1, 240)


@dataclass
class FakeStream:
    """Synthesized speech: a frame after each of `pauses_s`, then the end or an error."""

    pauses_s: tuple[float, ...]
    error: Exception | None = None
    closed: bool = False

    async def __aiter__(self) -> AsyncIterator[Any]:
        for pause_s in self.pauses_s:
            await asyncio.sleep(pause_s)
            yield type("Audio", (), {"frame": FRAME})
        if self.error:
            raise self.error

    async def aclose(self) -> None:
        self.closed = True


def an_opening(stream: FakeStream) -> Opening:
    class FakeTTS:
        def synthesize(self, text: str, *, conn_options: APIConnectOptions) -> FakeStream:
            assert (text, conn_options) == ("hello", OPTIONS)
            return stream

    return Opening(cast(TTS[Any], FakeTTS()), "hello", OPTIONS)


OPTIONS = APIConnectOptions(max_retry=0)


async def test_all_of_it_is_synthesized_while_nobody_listens() -> None:
    stream = FakeStream((0.2, 0.1, 0.1))
    async with an_opening(stream) as opening:
        await asyncio.sleep(0.1)
        assert not opening.begun.is_set()
        await asyncio.sleep(0.2)
        assert opening.begun.is_set()
        await asyncio.sleep(10)
        began_s = asyncio.get_running_loop().time()
        assert [frame async for frame in opening.frames()] == [FRAME] * 3
        assert asyncio.get_running_loop().time() == began_s
    assert stream.closed


async def test_what_is_not_there_yet_is_waited_for() -> None:
    async with an_opening(FakeStream((0.2, 5))) as opening:
        assert [frame async for frame in opening.frames()] == [FRAME] * 2


async def test_a_voice_that_fails_shows_when_it_is_needed() -> None:
    async with an_opening(FakeStream((0.2,), APIConnectionError("no voice"))) as opening:
        await asyncio.sleep(1)
        frames = opening.frames()
        assert await anext(frames) is FRAME
        with pytest.raises(APIConnectionError):
            await anext(frames)


async def test_a_voice_that_stalls_holds_nobody_up_when_the_call_is_over() -> None:
    stream = FakeStream((3600,))
    async with an_opening(stream) as opening:
        await asyncio.sleep(1)
    assert not opening.begun.is_set()
    assert stream.closed
    assert asyncio.all_tasks() == {asyncio.current_task()}

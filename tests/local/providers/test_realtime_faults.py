"""Realtime connections and responses that break, and what the plugin makes of it."""

import asyncio
import time

import aiohttp
import pytest
from livekit.agents import llm

from local.providers.control import ControlClient
from local.providers.desk import Desk
from local.providers.engines import Engines
from local.providers.faults import Fault
from local.providers.script import RealtimeTurn, Script, Sound
from local.storyteller import Reply
from tests.local.providers.realtime_call import hear, realtime_call

pytestmark = pytest.mark.unit

STORY = RealtimeTurn("Once upon a time. The end.")
LONG = RealtimeTurn("A long story.", sound=Sound(tone_s=60.0))


async def test_history_is_replayed_after_the_line_was_cut(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(realtime=(STORY, RealtimeTurn("And then?"))))
    async with realtime_call(base_url, http) as call:
        await call.respond()
        await call.until("response.done")
        reconnected = asyncio.Event()
        call.session.once("session_reconnected", lambda event: reconnected.set())
        await control.fault(Fault("realtime", "cut"))
        async with asyncio.timeout(5):
            await reconnected.wait()
        assert (await call.respond()).text == "And then?"
        assert call.history() == [("assistant", STORY.text), ("assistant", "And then?")]
    seen = await control.requests()
    assert [request.kind for request in seen] == ["connect", "response", "connect", "response"]
    assert [message["content"] for message in seen[-1].messages] == ["You are Echo.", STORY.text]
    assert seen[-1].details["tools"] == ["story_finished"]


async def test_response_is_cut_in_the_middle(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(realtime=(LONG, STORY)))
    await control.fault(Fault("realtime", "cut", after=5))
    async with realtime_call(base_url, http) as call:
        reconnected = asyncio.Event()
        call.session.once("session_reconnected", lambda event: reconnected.set())
        assert (await call.respond()).audio_s == pytest.approx(0.5)
        async with asyncio.timeout(5):
            await reconnected.wait()
        assert (await call.respond()).text == STORY.text


@pytest.mark.parametrize("after", [0, 3])
async def test_stalled_response_stays_silent_until_it_is_cancelled(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient, after: int
) -> None:
    await control.script(Script(realtime=(LONG, STORY)))
    await control.fault(Fault("realtime", "stall", after=after))
    async with realtime_call(base_url, http) as call:
        generation = await call.session.generate_reply(instructions="Begin.")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await call.until("response.done")
        assert len(call.of("response.output_audio.delta")) == after
        call.session.interrupt()
        await hear(generation)
        assert (await call.respond()).text == STORY.text


async def test_stall_armed_in_mid_response_stops_it(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(realtime=(LONG,)))
    async with realtime_call(base_url, http) as call:
        await call.session.generate_reply(instructions="Begin.")
        await call.until("response.output_audio.delta", 41)
        await control.fault(Fault("realtime", "stall"))
        before = len(call.of("response.output_audio.delta"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await call.until("response.output_audio.delta", before + 4)


async def test_delay_makes_the_first_sound_late(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.fault(Fault("realtime", "delay", delay_s=0.3))
    async with realtime_call(base_url, http) as call:
        begin = time.monotonic()
        await call.session.generate_reply(instructions="Begin.")
        await call.until("response.output_audio.delta")
        assert time.monotonic() - begin >= 0.3


async def test_refused_upgrade_is_tried_again(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.fault(Fault("realtime", "http_error", status=503))
    await control.script(Script(realtime=(STORY,)))
    async with realtime_call(base_url, http) as call:
        assert (await call.respond()).text == STORY.text


async def test_refused_response_is_an_error_event(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    async with realtime_call(base_url, http) as call:
        await call.until("session.updated")
        await control.fault(Fault("realtime", "http_error", status=429))
        with pytest.raises(llm.RealtimeError):
            await call.session.generate_reply(instructions="Begin.")
        assert call.of("error")[0]["error"]["code"] == "rate_limit_exceeded"
        assert (await call.respond()).text


async def test_response_fails_when_an_engine_breaks(
    base_url: str, http: aiohttp.ClientSession, desk: Desk
) -> None:
    def broken_brain(messages: object, tools: object, instructions: str = "") -> Reply:
        raise RuntimeError("broken")

    desk.engines = Engines(desk.ready.ears, desk.ready.voice, broken_brain)
    async with realtime_call(base_url, http) as call:
        await call.respond()
        done = (await call.until("response.done"))["response"]
    assert (done["status"], done["status_details"]["error"]["type"]) == ("failed", "server_error")

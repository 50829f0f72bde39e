import asyncio
import time

import aiohttp
import pytest
from livekit.agents import llm

from local.providers.control import ControlClient
from local.providers.desk import Desk
from local.providers.engines import Engines
from local.providers.faults import Fault
from local.providers.script import RealtimeTurn, Script, Sound, SttTurn, ToolUse
from local.storyteller import Reply
from tests.local.providers.realtime_call import RATE_HZ, SERVER_VAD, hear, realtime_call

pytestmark = pytest.mark.unit

STORY = RealtimeTurn("Once upon a time. The end.")
LONG = RealtimeTurn("A long story.", sound=Sound(tone_s=60.0))


async def test_asked_for_response_brings_words_and_sound(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(realtime=(STORY,)))
    async with realtime_call(base_url, http) as call:
        heard = await call.respond("Begin the story.")
        assert heard.text == STORY.text
        assert heard.audio_s == pytest.approx(1.25, abs=0.02)
        done = await call.until("response.done")
    assert done["response"]["status"] == "completed"
    assert done["response"]["usage"]["output_token_details"]["audio_tokens"] == 25
    assert done["response"]["metadata"]["client_event_id"]


async def test_instructions_of_the_response_reach_the_brain_without_the_sessions(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    async with realtime_call(base_url, http) as call:
        await call.respond("Begin the story.")
    connect, response = await control.requests()
    assert (connect.kind, connect.model) == ("connect", "gpt-realtime")
    assert response.details == {"instructions": "Begin the story.", "tools": ["story_finished"]}
    assert response.messages == ({"role": "system", "content": "You are Echo."},)


async def test_tool_call_and_its_output(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    turn = RealtimeTurn("Goodbye.", tool_calls=(ToolUse("story_finished"),))
    await control.script(Script(realtime=(turn, RealtimeTurn("Done."))))
    async with realtime_call(base_url, http) as call:
        heard = await call.respond()
        assert (heard.text, [c.name for c in heard.calls]) == ("Goodbye.", ["story_finished"])
        context = call.session.chat_ctx.copy()
        answered = heard.calls[0].call_id
        context.items.append(
            llm.FunctionCallOutput(call_id=answered, output="ok", is_error=False, name="f")
        )
        await call.session.update_chat_ctx(context)
        assert (await call.respond()).text == "Done."
        kinds = [kind for kind, _ in call.history()]
    assert kinds == ["assistant", "function_call", "function_call_output", "assistant"]
    last = (await control.requests())[-1]
    assert [message["role"] for message in last.messages] == [
        "system",
        "assistant",
        "assistant",
        "tool",
    ]


async def test_caller_is_heard_and_answered_by_server_voice_detection(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(heard=(SttTurn("I am Anna."),), realtime=(STORY,)))
    async with realtime_call(base_url, http, SERVER_VAD) as call:
        call.say()
        assert (await call.next_response()).text == STORY.text
        assert call.history() == [("user", "I am Anna."), ("assistant", STORY.text)]
        kinds = [event["type"] for event in call.events]
    started, stopped, committed, created = (
        kinds.index(kind)
        for kind in (
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "response.created",
        )
    )
    assert started < stopped < committed < created


async def test_without_turn_detection_the_client_commits(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(heard=(SttTurn("I am Anna."),), realtime=(STORY,)))
    async with realtime_call(base_url, http) as call:
        call.say()
        call.session.commit_audio()
        assert (await call.respond()).text == STORY.text
        assert call.of("input_audio_buffer.speech_started") == []
        assert call.history() == [("user", "I am Anna."), ("assistant", STORY.text)]


async def test_response_waits_until_the_caller_is_understood(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(heard=(SttTurn("I am Anna.", delay_s=0.2),)))
    async with realtime_call(base_url, http) as call:
        call.say()
        call.session.commit_audio()
        await call.respond()
    asked = (await control.requests())[-1].messages
    assert asked[-1] == {"role": "user", "content": "I am Anna."}


async def test_commit_of_nothing_is_an_error(base_url: str, http: aiohttp.ClientSession) -> None:
    async with realtime_call(base_url, http) as call:
        call.session.send_event({"type": "input_audio_buffer.commit", "event_id": "c1"})
        error = (await call.until("error"))["error"]
    assert (error["code"], error["event_id"]) == ("input_audio_buffer_commit_empty", "c1")


async def test_cleared_audio_is_not_committed(base_url: str, http: aiohttp.ClientSession) -> None:
    async with realtime_call(base_url, http) as call:
        call.push(bytes(RATE_HZ * 2))
        call.session.clear_audio()
        await call.until("input_audio_buffer.cleared")
        call.session.send_event({"type": "input_audio_buffer.commit"})
        assert (await call.until("error"))["error"]["code"] == "input_audio_buffer_commit_empty"


async def test_cancelled_response_ends_incomplete(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(realtime=(LONG, STORY)))
    async with realtime_call(base_url, http) as call:
        generation = await call.session.generate_reply(instructions="Begin.")
        await call.until("response.output_audio.delta", 3)
        call.session.interrupt()
        assert (await hear(generation)).audio_s < 10
        done = await call.until("response.done")
        assert done["response"]["status_details"]["reason"] == "client_cancelled"
        assert done["response"]["output"][0]["status"] == "incomplete"
        assert (await call.respond()).text == STORY.text


async def test_caller_interrupts_the_response(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(realtime=(LONG, STORY), heard=(SttTurn("Wait!"),)))
    async with realtime_call(base_url, http, SERVER_VAD) as call:
        generation = await call.session.generate_reply(instructions="Begin.")
        await call.until("response.output_audio.delta", 3)
        call.say("yes")
        await hear(generation)
        done = await call.until("response.done")
        assert done["response"]["status_details"]["reason"] == "turn_detected"
        await call.until("response.done", 2)
        assert call.history()[-2:] == [("user", "Wait!"), ("assistant", STORY.text)]


async def test_long_response_is_not_sent_all_at_once(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    """A story that is interrupted costs little, and a barge-in finds it still going on."""
    await control.script(Script(realtime=(LONG,)))
    async with realtime_call(base_url, http) as call:
        begin = time.monotonic()
        await call.session.generate_reply(instructions="Begin.")
        await call.until("response.output_audio.delta", 45)
        took_s = time.monotonic() - begin
        assert 0.1 < took_s < 1.5, "4.5 s of sound: faster than real time, but paced"
        assert call.of("response.done") == []


async def test_truncation_makes_the_brain_forget_what_was_not_heard(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    text = "One two three. Four five six. Seven."
    await control.script(Script(realtime=(RealtimeTurn(text),)))
    async with realtime_call(base_url, http) as call:
        heard = await call.respond()
        assert heard.message_id
        call.session.truncate(message_id=heard.message_id, modalities=["audio"], audio_end_ms=1000)
        await call.until("conversation.item.truncated")
        await call.respond()
    assert (await control.requests())[-1].messages[-1]["content"] == "One two three. Four"


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


async def test_second_response_at_a_time_is_refused(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(realtime=(LONG,)))
    async with realtime_call(base_url, http) as call:
        await call.session.generate_reply(instructions="Begin.")
        with pytest.raises(llm.RealtimeError, match="active response"):
            await call.session.generate_reply(instructions="Again.")


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


async def test_text_responses(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(realtime=(STORY,)))
    async with realtime_call(base_url, http, modalities=["text"]) as call:
        heard = await call.respond()
    assert (heard.text, heard.audio_s) == (STORY.text, 0.0)

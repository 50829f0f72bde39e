import time

import aiohttp
import pytest
from livekit.agents import llm

from local.providers.control import ControlClient
from local.providers.script import RealtimeTurn, Script, Sound, SttTurn, ToolUse
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


async def test_second_response_at_a_time_is_refused(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(realtime=(LONG,)))
    async with realtime_call(base_url, http) as call:
        await call.session.generate_reply(instructions="Begin.")
        with pytest.raises(llm.RealtimeError, match="active response"):
            await call.session.generate_reply(instructions="Again.")


async def test_text_responses(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(realtime=(STORY,)))
    async with realtime_call(base_url, http, modalities=["text"]) as call:
        heard = await call.respond()
    assert (heard.text, heard.audio_s) == (STORY.text, 0.0)

import json
import time

import aiohttp
import pytest
from livekit.agents import APIConnectionError, APIConnectOptions, APIStatusError, llm
from livekit.plugins import openai
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from local.providers.control import ControlClient
from local.providers.faults import Fault
from local.providers.openai.chat import read_messages, think
from local.providers.script import ChatTurn, Script, ToolUse
from local.storyteller import Message, Reply
from tests.local.providers.shapes import check

pytestmark = pytest.mark.unit

# A busy machine answers late; who waits for nothing to come waits shorter.
ANSWERED_S, STALLED_S = 10.0, 0.5


@llm.function_tool
async def story_finished() -> None:
    """Called when the story is over."""


async def ask(
    base_url: str, key: str = "any", limit_s: float = ANSWERED_S
) -> llm.CollectedResponse:
    """One completion by the production plugin, with a tool offered."""
    context = llm.ChatContext()
    context.add_message(role="system", content="You are Echo.")
    context.add_message(role="user", content="Tell me a story.")
    once = APIConnectOptions(max_retry=0, timeout=limit_s)
    model = openai.LLM(model="gpt-4o-mini", base_url=f"{base_url}/v1", api_key=key)
    try:
        stream = model.chat(chat_ctx=context, tools=[story_finished], conn_options=once)
        return await stream.collect()
    finally:
        await model.aclose()


async def test_scripted_text_arrives_with_usage(base_url: str, control: ControlClient) -> None:
    await control.script(Script(chat=(ChatTurn("Once upon a time."),)))
    answer = await ask(base_url)
    assert answer.text == "Once upon a time."
    assert answer.usage is not None
    assert answer.usage.completion_tokens == 5
    assert answer.tool_calls == []


async def test_scripted_tool_calls_arrive(base_url: str, control: ControlClient) -> None:
    calls = (ToolUse("information_gathered", {"name": "Anna"}), ToolUse("story_finished"))
    await control.script(Script(chat=(ChatTurn("Bye.", calls),)))
    answer = await ask(base_url)
    assert answer.text == "Bye."
    assert [call.name for call in answer.tool_calls] == ["information_gathered", "story_finished"]
    assert json.loads(answer.tool_calls[0].arguments) == {"name": "Anna"}


async def test_a_model_may_write_broken_arguments(base_url: str, control: ControlClient) -> None:
    broken = ToolUse("information_gathered", {"name": "Anna"}, written='{"name": An')
    await control.script(Script(chat=(ChatTurn(tool_calls=(broken,)),)))
    (call,) = (await ask(base_url)).tool_calls
    assert call.arguments == '{"name": An'


async def test_script_is_used_up_in_order_and_then_the_engine_answers(
    base_url: str, control: ControlClient
) -> None:
    await control.script(Script(chat=(ChatTurn("One."), ChatTurn("Two."))))
    texts = [(await ask(base_url)).text for _ in range(3)]
    assert texts[:2] == ["One.", "Two."]
    assert "stand-in" in texts[2]


async def test_requests_are_remembered(base_url: str, control: ControlClient) -> None:
    await ask(base_url)
    (seen,) = await control.requests()
    assert (seen.service, seen.model) == ("chat", "gpt-4o-mini")
    assert [message["role"] for message in seen.messages] == ["system", "user"]
    assert seen.details["tools"] == ["story_finished"]
    assert "LiveKit" in seen.headers["User-Agent"]


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_http_error_reaches_the_plugin(
    base_url: str, control: ControlClient, status: int
) -> None:
    await control.fault(Fault("chat", "http_error", status=status))
    with pytest.raises(APIStatusError) as caught:
        await ask(base_url)
    assert caught.value.status_code == status
    assert (await ask(base_url)).text, "the fault was for one request"


async def test_wrong_key_is_refused(base_url: str) -> None:
    with pytest.raises(APIStatusError) as caught:
        await ask(base_url, key="wrong-key")
    assert caught.value.status_code == 401
    assert caught.value.body["code"] == "invalid_api_key"  # type: ignore[index]


@pytest.mark.parametrize("after", [0, 2])
@pytest.mark.parametrize("kind", ["cut", "stall"])
async def test_broken_stream_reaches_the_plugin(
    base_url: str, control: ControlClient, kind: str, after: int
) -> None:
    await control.fault(Fault("chat", kind, after=after))  # type: ignore[arg-type]
    with pytest.raises(APIConnectionError):
        await ask(base_url, limit_s=STALLED_S)


async def test_delay_makes_the_first_byte_late(base_url: str, control: ControlClient) -> None:
    await control.fault(Fault("chat", "delay", delay_s=0.3))
    begin = time.monotonic()
    await ask(base_url)
    assert time.monotonic() - begin >= 0.3


async def test_chunks_have_openais_shape(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(chat=(ChatTurn("Hi there.", (ToolUse("story_finished"),)),)))
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    async with http.post(f"{base_url}/v1/chat/completions", json=body) as response:
        lines = [line.decode().strip() async for line in response.content]
    events = [line.removeprefix("data: ") for line in lines if line]
    assert events.pop() == "[DONE]"
    chunks = [json.loads(event) for event in events]
    for chunk in chunks:
        check(ChatCompletionChunk, chunk)
        assert "stand_in" in chunk["system_fingerprint"]
    assert chunks[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert chunks[-1]["usage"]["total_tokens"] > 0


async def test_whole_completion_has_openais_shape(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(chat=(ChatTurn("Hi.", (ToolUse("story_finished"),)),)))
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}
    async with http.post(f"{base_url}/v1/chat/completions", json=body) as response:
        answer = await response.json()
    check(ChatCompletion, answer)
    assert answer["choices"][0]["message"]["content"] == "Hi."


@pytest.mark.parametrize("body", ["{", "{}", '{"model": "m", "messages": []}'])
async def test_nonsense_is_a_400_in_openais_shape(
    base_url: str, http: aiohttp.ClientSession, body: str
) -> None:
    async with http.post(f"{base_url}/v1/chat/completions", data=body) as response:
        assert response.status == 400
        assert (await response.json())["error"]["type"] == "invalid_request_error"


async def test_models_say_that_they_are_a_stand_in(
    base_url: str, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{base_url}/v1/models") as response:
        models = (await response.json())["data"]
    assert {model["owned_by"] for model in models} == {"storyline-local-stand-in"}
    assert response.headers["Server"] == "storyline-local-stand-in"


def test_trailing_system_message_is_the_instruction_for_this_reply() -> None:
    asked: list[tuple[list[Message], str]] = []

    def brain(messages: object, tools: object, instructions: str = "") -> Reply:
        asked.append((list(messages), instructions))  # type: ignore[call-overload]
        return Reply("Yes.")

    history = read_messages(
        [
            {"role": "developer", "content": "You are Echo."},
            {"role": "user", "content": "Hello"},
            {"role": "system", "content": "Say goodbye."},
        ]
    )
    assert think(brain, history, []).text == "Yes."
    assert asked == [
        ([Message("system", "You are Echo."), Message("user", "Hello")], "Say goodbye.")
    ]


def test_tool_calls_in_the_history_are_read() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": "b"}'}}
    messages = read_messages(
        [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "content": "done", "tool_call_id": "c1"},
        ]
    )
    assert messages[0].tool_calls[0].arguments == {"a": "b"}
    assert messages[1] == Message("tool", "done")

"""POST /v1/chat/completions and GET /v1/models."""

import asyncio
import json
from collections.abc import Collection, Mapping
from typing import Any

from aiohttp import web

from local.providers.desk import DESK, STAND_IN
from local.providers.engines import Brain
from local.providers.openai.completion import Completion, count_tokens
from local.providers.openai.errors import error_response, fault_body, invalid
from local.providers.script import ChatTurn, ToolUse
from local.providers.streams import FaultyStream
from local.storyteller.messages import Message, ToolCall

MODELS = ("gpt-4o-mini", "gpt-4o-mini-tts", "gpt-realtime", STAND_IN)


async def list_models(request: web.Request) -> web.Response:
    """GET /v1/models"""
    data = [
        {"id": model, "object": "model", "created": 0, "owned_by": STAND_IN} for model in MODELS
    ]
    return web.json_response({"object": "list", "data": data})


async def complete_chat(request: web.Request) -> web.StreamResponse:
    """POST /v1/chat/completions"""
    desk = request.app[DESK]
    try:
        body = await request.json()
        messages, model = body["messages"], str(body["model"])
        history = read_messages(messages)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return invalid(f"We could not parse the body of your request: {error!r}")
    tools = [str(tool["function"]["name"]) for tool in body.get("tools") or ()]
    details = {"tools": tools, "stream": bool(body.get("stream"))}
    desk.seen.note("chat", "request", model, request.headers, tuple(messages), details)
    if fault := desk.faults.take("chat", "http_error"):
        return error_response(fault.status, fault_body(fault))
    turn = desk.script.chat() or think(desk.ready.brain, history, tools)
    if body.get("tool_choice") == "none":
        turn = ChatTurn(turn.text, (), turn.delay_s, turn.chunk_delay_s)
    if fault := desk.faults.take("chat", "delay"):
        await asyncio.sleep(fault.delay_s)
    await asyncio.sleep(turn.delay_s)
    completion = Completion(turn, model, count_tokens(json.dumps(messages)))
    if not body.get("stream"):
        return web.json_response(completion.whole())
    stream = FaultyStream(desk.faults, "chat")
    await stream.open(request, {"Content-Type": "text/event-stream; charset=utf-8"})
    await stream.response.write(_sse(completion.opening()))
    for chunk in completion.chunks():
        await stream.piece(_sse(chunk))
        await asyncio.sleep(turn.chunk_delay_s)
    usage = bool((body.get("stream_options") or {}).get("include_usage"))
    closing = b"".join(map(_sse, completion.closing(usage)))
    return await stream.rest(closing + b"data: [DONE]\n\n")


def think(brain: Brain, history: list[Message], tools: list[str]) -> ChatTurn:
    """A system message after the last word is an instruction for this reply only."""
    instructions: list[str] = []
    while len(history) > 1 and history[-1].role == "system":
        instructions.insert(0, history[-1].text)
        history = history[:-1]
    return ask(brain, history, tools, "\n".join(instructions))


def ask(
    brain: Brain, messages: list[Message], tools: Collection[str], instructions: str
) -> ChatTurn:
    """The brain's reply as a turn."""
    reply = brain(messages, tools, instructions)
    calls = tuple(ToolUse(call.name, dict(call.arguments)) for call in reply.tool_calls)
    return ChatTurn(reply.text, calls)


def read_messages(messages: list[Mapping[str, Any]]) -> list[Message]:
    """OpenAI's messages as the storyteller's. Raises KeyError, TypeError or ValueError."""
    if not messages:
        raise ValueError("messages is empty")
    roles = {"developer": "system", "function": "tool"}
    return [
        Message(
            role=roles.get(message["role"], message["role"]),
            text=_read_text(message.get("content")),
            tool_calls=tuple(
                ToolCall(
                    name=call["function"]["name"],
                    arguments=json.loads(call["function"]["arguments"] or "{}"),
                    id=call["id"],
                )
                for call in message.get("tool_calls") or ()
            ),
        )
        for message in messages
    ]


def _read_text(content: str | list[Mapping[str, Any]] | None) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    return "\n".join(str(part.get("text") or "") for part in content)


def _sse(chunk: Mapping[str, Any]) -> bytes:
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"

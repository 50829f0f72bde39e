"""A realtime session of the production plugin, with everything the server sends checked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from livekit import rtc
from livekit.agents import APIConnectOptions, llm
from livekit.plugins import openai
from openai.types.realtime.realtime_audio_input_turn_detection import (
    RealtimeAudioInputTurnDetection,
    ServerVad,
)

from tests.local.providers.shapes import check_event
from tests.local.providers.sound import frames, speech

RATE_HZ = 24_000
SERVER_VAD = ServerVad(type="server_vad", silence_duration_ms=300)
DEADLINE_S = 5.0


@llm.function_tool
async def story_finished() -> None:
    """Called when the story is over."""


@dataclass(frozen=True)
class Heard:
    """What the plugin made of one response."""

    text: str
    audio_s: float
    calls: list[llm.FunctionCall]
    message_id: str | None


@dataclass
class RealtimeCall:
    """The session, what the server sent, and the responses as the plugin hands them out."""

    session: openai.realtime.RealtimeSession
    events: list[dict[str, Any]] = field(default_factory=list)
    generations: "asyncio.Queue[llm.GenerationCreatedEvent]" = field(default_factory=asyncio.Queue)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, event: dict[str, Any]) -> None:
        self.events.append(dict(event))
        self.changed.set()

    def say(self, name: str = "hello") -> None:
        for frame in frames(speech(name, RATE_HZ), RATE_HZ):
            self.session.push_audio(frame)

    def push(self, pcm: bytes) -> None:
        self.session.push_audio(rtc.AudioFrame(pcm, RATE_HZ, 1, len(pcm) // 2))

    async def respond(self, instructions: str = "Go on.") -> Heard:
        return await hear(await self.session.generate_reply(instructions=instructions))

    async def next_response(self) -> Heard:
        """The next response, whoever asked for it."""
        async with asyncio.timeout(DEADLINE_S):
            return await hear(await self.generations.get())

    async def until(self, kind: str, number: int = 1) -> dict[str, Any]:
        """Waits for the n-th event of that kind."""
        async with asyncio.timeout(DEADLINE_S):
            while len(self.of(kind)) < number:
                self.changed.clear()
                await self.changed.wait()
        return self.of(kind)[number - 1]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def history(self) -> list[tuple[str, str]]:
        """The plugin's mirror of the conversation."""
        return [
            (item.role, item.text_content or "") if item.type == "message" else (item.type, "")
            for item in self.session.chat_ctx.items
        ]


async def hear(generation: llm.GenerationCreatedEvent) -> Heard:
    """Reads one response to its end."""
    text, audio_s, message_id = "", 0.0, None
    async with asyncio.timeout(DEADLINE_S):
        async for message in generation.message_stream:
            message_id = message.message_id
            audio_s += sum([frame.duration async for frame in message.audio_stream])
            text += "".join([delta async for delta in message.text_stream])
        calls = [call async for call in generation.function_stream]
    return Heard(text, audio_s, calls, message_id)


@asynccontextmanager
async def realtime_call(
    base_url: str,
    http: aiohttp.ClientSession,
    turn_detection: RealtimeAudioInputTurnDetection | None = None,
    **options: Any,
) -> AsyncIterator[RealtimeCall]:
    """A session with instructions and a tool; at its end every event is checked."""
    model = openai.realtime.RealtimeModel(
        base_url=f"{base_url}/v1",
        api_key="any",
        voice="echo",
        turn_detection=turn_detection,
        http_session=http,
        conn_options=APIConnectOptions(max_retry=3, retry_interval=0.05, timeout=2.0),
        **options,
    )
    session = model.session()
    call = RealtimeCall(session)
    session.on("openai_server_event_received", call.take)
    session.on("generation_created", call.generations.put_nowait)
    try:
        await session.update_instructions("You are Echo.")
        await session.update_tools([story_finished])
        yield call
    finally:
        await session.aclose()
    for event in call.events:
        check_event(event)

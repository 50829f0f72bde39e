"""One response: what is said and which tools are called, as a stream of events."""

import asyncio
import base64
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Literal

from local.providers.engines import Speaker
from local.providers.faults import Breaker
from local.providers.openai.completion import count_tokens
from local.providers.openai.realtime.conversation import Conversation, Item, Spoken, Status
from local.providers.openai.realtime.sentences import sentences
from local.providers.openai.realtime.settings import PCM
from local.providers.openai.realtime.wire import Event, event, new_id
from local.providers.script import RealtimeTurn, ToolUse
from local.sound.pcm import duration_s, pieces

PIECE_S = 0.1
LEAD_S = 4.0
# Sound is sent ahead by LEAD_S and then at SPEED times real time: like the real one much faster
# than it is heard, but a story that is cut off in its first sentence costs little.
SPEED = 3.0
AUDIO_TOKENS_PER_S = 20

CancelReason = Literal["client_cancelled", "turn_detected"]


@dataclass(frozen=True)
class ResponseRequest:
    """What this response is made with: the session's settings and response.create's."""

    instructions: str
    tools: tuple[str, ...]
    may_call: bool
    speaks: bool
    voice: str
    metadata: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Stage:
    """What a response needs of its connection. `emit` queues an event and never waits."""

    voice: Speaker
    conversation: Conversation
    breaker: Breaker
    emit: Callable[[Event], None]
    cut: Callable[[], None]
    decide: Callable[[ResponseRequest], Awaitable[RealtimeTurn]]


class Response:
    """Run it once. `cancel` may come at any moment and closes what is open."""

    def __init__(self, stage: Stage, request: ResponseRequest) -> None:
        self.id = new_id("resp")
        self.active = True
        self._stage = stage
        self._request = request
        self._output: list[Item] = []
        self._open_message: Item | None = None
        self._sent_s = 0.0
        self._began_s = 0.0

    async def run(self) -> None:
        """Emits everything from response.created to response.done."""
        self._emit("response.created", response=self._wire("in_progress"))
        turn = await self._stage.decide(self._request)
        await asyncio.sleep(turn.delay_s)
        if await self._broken(0):
            return
        if turn.text or turn.sound:
            await self._say(turn)
        for call in turn.tool_calls if self._request.may_call else ():
            self._call(call)
        self._finish("completed", {"type": "completed"})

    def cancel(self, reason: CancelReason) -> None:
        """Closes the open message as incomplete and ends the response."""
        if self.active:
            if self._open_message is not None:
                self._close_message("incomplete")
            self._finish("cancelled", {"type": "cancelled", "reason": reason})

    def fail(self, message: str) -> None:
        """Ends the response because an engine broke."""
        if self.active:
            error = {"type": "server_error", "code": None, "message": message}
            self._finish("failed", {"type": "failed", "error": error})

    async def _say(self, turn: RealtimeTurn) -> None:
        item = Item("message", status="in_progress", by_voice=self._request.speaks)
        self._open(item)
        self._open_message = item
        self._emit_part("response.content_part.added", item)
        if not item.by_voice:
            item.text = turn.text
            self._emit_of(item, "response.output_text.delta", delta=turn.text)
            return self._close_message("completed")
        self._began_s = time.monotonic()
        for text in [turn.text] if turn.sound else sentences(turn.text):
            delta = f" {text}" if item.text else text
            item.text += delta
            self._emit_of(item, "response.output_audio_transcript.delta", delta=delta)
            async with aclosing(self._sound(turn, text)) as sound:
                async for piece in sound:
                    if await self._broken(1):
                        return
                    self._sent_s += duration_s(piece)
                    audio = base64.b64encode(piece).decode()
                    self._emit_of(item, "response.output_audio.delta", delta=audio)
                    await self._pace(turn.chunk_delay_s)
            item.spoken.append(Spoken(text, round(self._sent_s * 1000)))
        self._close_message("completed")

    async def _sound(self, turn: RealtimeTurn, text: str) -> AsyncGenerator[bytes, None]:
        if turn.sound is not None:
            for piece in pieces(turn.sound.pcm(), PIECE_S):
                yield piece
            return
        async with aclosing(self._stage.voice.speak(text, voice=self._request.voice)) as chunks:
            async for chunk in chunks:
                for piece in pieces(chunk, PIECE_S):
                    yield piece

    async def _pace(self, scripted_delay_s: float) -> None:
        ahead_s = self._sent_s - LEAD_S - SPEED * (time.monotonic() - self._began_s)
        await asyncio.sleep(max(scripted_delay_s, ahead_s / SPEED, 0.0))

    async def _broken(self, deltas: int) -> bool:
        """True when a fault has cut the line; does not return when one stalls the response."""
        match self._stage.breaker.due(deltas):
            case "cut":
                self.active = False
                self._stage.cut()
                return True
            case "stall":
                await asyncio.Event().wait()
        return False

    def _call(self, call: ToolUse) -> None:
        item = Item("function_call", status="in_progress", name=call.name, call_id=new_id("call"))
        self._open(item)
        item.set_arguments(call.arguments)
        common = {"call_id": item.call_id}
        done = {**common, "name": item.name, "arguments": item.arguments}
        kind = "response.function_call_arguments"
        self._emit_at(item, f"{kind}.delta", **common, delta=item.arguments)
        self._emit_at(item, f"{kind}.done", **done)
        self._close(item, "completed")

    def _open(self, item: Item) -> None:
        before_id = self._stage.conversation.add(item)
        self._output.append(item)
        output = {"response_id": self.id, "output_index": self._output.index(item)}
        self._emit("response.output_item.added", **output, item=item.wire())
        self._emit("conversation.item.added", previous_item_id=before_id, item=item.wire())

    def _close(self, item: Item, status: Status) -> None:
        item.status = status
        output = {"response_id": self.id, "output_index": self._output.index(item)}
        self._emit("response.output_item.done", **output, item=item.wire())
        before_id = self._stage.conversation.before(item)
        self._emit("conversation.item.done", previous_item_id=before_id, item=item.wire())

    def _close_message(self, status: Status) -> None:
        item, self._open_message = self._open_message, None
        assert item is not None
        if item.by_voice:
            self._emit_of(item, "response.output_audio.done")
            kind = "response.output_audio_transcript.done"
            self._emit_of(item, kind, transcript=item.text)
        else:
            self._emit_of(item, "response.output_text.done", text=item.text)
        self._emit_part("response.content_part.done", item)
        self._close(item, status)

    def _finish(self, status: str, details: Mapping[str, Any]) -> None:
        wire = self._wire(status, details, self._usage())
        self._emit("response.done", response=wire)
        self.active = False

    def _emit_part(self, kind: str, item: Item) -> None:
        part = (
            {"type": "audio", "transcript": item.text}
            if item.by_voice
            else {"type": "text", "text": item.text}
        )
        self._emit_of(item, kind, part=part)

    def _emit_of(self, item: Item, kind: str, **fields: Any) -> None:
        """An event about the item's one content part."""
        self._emit_at(item, kind, content_index=0, **fields)

    def _emit_at(self, item: Item, kind: str, **fields: Any) -> None:
        place = {"response_id": self.id, "item_id": item.id}
        self._emit(kind, **place, output_index=self._output.index(item), **fields)

    def _emit(self, kind: str, **fields: Any) -> None:
        if self.active:
            self._stage.emit(event(kind, **fields))

    def _wire(
        self, status: str, details: Mapping[str, Any] | None = None, usage: Any = None
    ) -> dict[str, Any]:
        return {
            "object": "realtime.response",
            "id": self.id,
            "status": status,
            "status_details": details,
            "output": [item.wire() for item in self._output],
            "conversation_id": self._stage.conversation.id,
            "output_modalities": ["audio" if self._request.speaks else "text"],
            "max_output_tokens": "inf",
            "audio": {"output": {"format": PCM, "voice": self._request.voice}},
            "usage": usage,
            "metadata": self._request.metadata,
        }

    def _usage(self) -> dict[str, Any]:
        heard = sum(count_tokens(item.text) for item in self._stage.conversation)
        text = sum(count_tokens(item.text + item.arguments) for item in self._output)
        audio = round(self._sent_s * AUDIO_TOKENS_PER_S)
        return {
            "total_tokens": heard + text + audio,
            "input_tokens": heard,
            "output_tokens": text + audio,
            "input_token_details": {"text_tokens": heard, "audio_tokens": 0, "cached_tokens": 0},
            "output_token_details": {"text_tokens": text, "audio_tokens": audio},
        }

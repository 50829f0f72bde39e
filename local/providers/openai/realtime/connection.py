"""One realtime connection: client events in, server events out."""

import asyncio
import base64
import binascii
import contextlib
import json
import logging
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from aiohttp import WSMsgType, web

from local.providers.desk import Desk
from local.providers.faults import Breaker
from local.providers.openai.chat import ask
from local.providers.openai.errors import fault_body
from local.providers.openai.realtime.conversation import Conversation, Item, read_item
from local.providers.openai.realtime.input_audio import InputAudio, TurnEnded, TurnStarted
from local.providers.openai.realtime.response import Response, ResponseRequest, Stage
from local.providers.openai.realtime.settings import SessionSettings
from local.providers.openai.realtime.wire import ClientEventError, Event, event, new_id
from local.providers.script import RealtimeTurn
from local.storyteller.messages import Message

logger = logging.getLogger(__name__)


class RealtimeConnection:
    """Handlers never wait: answers are queued, and responses run as tasks held here."""

    def __init__(
        self, desk: Desk, model: str, headers: Mapping[str, str], cut: Callable[[], None]
    ) -> None:
        self._desk = desk
        self._headers = headers
        self._settings = SessionSettings(model, new_id("sess"))
        self._conversation = Conversation()
        self._input = InputAudio(desk.ready.ears, self._settings.detector)
        self._turn_item_id: str | None = None
        self._response: Response | None = None
        self._outbox: asyncio.Queue[Event] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self._understanding: set[asyncio.Task[None]] = set()
        breaker = Breaker(desk.faults, "realtime")
        self._stage = Stage(
            desk.ready.voice, self._conversation, breaker, self._emit, cut, self._decide
        )

    async def serve(self, ws: web.WebSocketResponse) -> None:
        """Runs until the client closes or the line is cut."""
        self._emit(event("session.created", session=self._settings.wire()))
        writer = asyncio.create_task(self._write(ws))
        try:
            async for message in ws:
                if message.type is WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            for task in (writer, *self._tasks):
                task.cancel()
            await asyncio.gather(writer, *self._tasks, return_exceptions=True)
            await self._input.close()

    async def _write(self, ws: web.WebSocketResponse) -> None:
        with contextlib.suppress(ConnectionError):  # serve() notices, too
            while True:
                await ws.send_str(json.dumps(await self._outbox.get()))

    def _take(self, data: str) -> None:
        client_event_id = None
        try:
            try:
                body = json.loads(data)
                client_event_id = body.get("event_id")
                handler = HANDLERS[body["type"]]
            except (ValueError, AttributeError) as error:
                raise ClientEventError(f"Invalid JSON: {error}.", code="invalid_json") from error
            except KeyError as error:
                raise ClientEventError(f"Invalid value: {error}.", param="type") from error
            handler(self, body)
        except ClientEventError as error:
            self._emit_error(error.body, client_event_id)

    # client events

    def _update_session(self, body: Event) -> None:
        self._settings.update(_dict(body, "session"))
        self._input.configure(self._settings.detector)
        self._emit(event("session.updated", session=self._settings.wire()))

    def _append_audio(self, body: Event) -> None:
        try:
            pcm = base64.b64decode(body.get("audio") or "", validate=True)
        except (binascii.Error, TypeError) as error:
            raise ClientEventError("Invalid audio: not base64.", param="audio") from error
        for turn in self._input.append(pcm):
            if self._settings.detects_turns:
                self._follow(turn)

    def _commit_audio(self, body: Event) -> None:
        self._commit(new_id("item"))

    def _clear_audio(self, body: Event) -> None:
        self._input.clear()
        self._turn_item_id = None
        self._emit(event("input_audio_buffer.cleared"))

    def _create_item(self, body: Event) -> None:
        item = read_item(_dict(body, "item"))
        before_id = self._conversation.add(item, body.get("previous_item_id"))
        self._emit_item(item, before_id)

    def _delete_item(self, body: Event) -> None:
        item_id = _str(body, "item_id")
        self._conversation.delete(item_id)
        self._emit(event("conversation.item.deleted", item_id=item_id))

    def _retrieve_item(self, body: Event) -> None:
        item = self._conversation.get(_str(body, "item_id"))
        self._emit(event("conversation.item.retrieved", item=item.wire()))

    def _truncate_item(self, body: Event) -> None:
        item = self._conversation.get(_str(body, "item_id"))
        audio_end_ms = int(body.get("audio_end_ms") or 0)
        item.truncate(audio_end_ms)
        place = {"item_id": item.id, "content_index": int(body.get("content_index") or 0)}
        self._emit(event("conversation.item.truncated", **place, audio_end_ms=audio_end_ms))

    def _create_response(self, body: Event) -> None:
        if self._response is not None and self._response.active:
            raise ClientEventError(
                "Conversation already has an active response in progress: "
                f"{self._response.id}. Wait until the response is finished before creating a "
                "new one.",
                code="conversation_already_has_active_response",
            )
        self._respond(body.get("response") or {}, body.get("event_id"))

    def _cancel_response(self, body: Event) -> None:
        response = self._response
        wanted = body.get("response_id")
        if response is None or not response.active or wanted not in (None, response.id):
            message = "Cancellation failed: no active response found"
            raise ClientEventError(message, code="response_cancel_not_active")
        response.cancel("client_cancelled")

    # turns of the caller

    def _follow(self, turn: TurnStarted | TurnEnded) -> None:
        match turn:
            case TurnStarted(at_ms):
                self._turn_item_id = new_id("item")
                place = {"audio_start_ms": at_ms, "item_id": self._turn_item_id}
                self._emit(event("input_audio_buffer.speech_started", **place))
                if self._settings.interrupts and self._response is not None:
                    self._response.cancel("turn_detected")
            case TurnEnded(at_ms) if self._turn_item_id is not None:
                place = {"audio_end_ms": at_ms, "item_id": self._turn_item_id}
                self._emit(event("input_audio_buffer.speech_stopped", **place))
                self._commit(self._turn_item_id)
                answers = self._settings.responds_to_turns
                if answers and (self._response is None or not self._response.active):
                    self._respond({}, None)

    def _commit(self, item_id: str) -> None:
        parts = self._input.commit()
        self._turn_item_id = None
        item = Item("message", id=item_id, role="user", by_voice=True, transcribed=False)
        before_id = self._conversation.add(item)
        kind = "input_audio_buffer.committed"
        self._emit(event(kind, item_id=item_id, previous_item_id=before_id))
        self._emit_item(item, before_id)
        task = self._spawn(self._understand(item, parts))
        self._understanding.add(task)
        task.add_done_callback(self._understanding.discard)

    async def _understand(self, item: Item, parts: list[asyncio.Task[str]]) -> None:
        if scripted := self._desk.script.heard():
            await asyncio.sleep(scripted.delay_s)
            item.text = scripted.text
        else:
            item.text = " ".join([text for part in parts if (text := await part)])
        item.transcribed = True
        if self._settings.transcribes:
            kind = "conversation.item.input_audio_transcription"
            place = {"item_id": item.id, "content_index": 0}
            if item.text:
                self._emit(event(f"{kind}.delta", **place, delta=item.text))
            usage = {"type": "duration", "seconds": 0.0}
            self._emit(event(f"{kind}.completed", **place, transcript=item.text, usage=usage))

    # responses

    def _respond(self, params: Event, client_event_id: str | None) -> None:
        if fault := self._desk.faults.take("realtime", "http_error"):
            return self._emit_error(fault_body(fault), client_event_id)
        settings = self._settings
        tools = settings.tools if params.get("tools") is None else params["tools"]
        modalities = params.get("output_modalities")
        request = ResponseRequest(
            instructions=_own_instructions(settings.instructions, params.get("instructions")),
            tools=tuple(str(tool["name"]) for tool in tools),
            may_call=(params.get("tool_choice") or settings.tool_choice) != "none",
            speaks=settings.speaks if modalities is None else "audio" in modalities,
            voice=settings.voice,
            metadata=params.get("metadata"),
        )
        self._response = Response(self._stage, request)
        self._spawn(self._run(self._response))

    async def _run(self, response: Response) -> None:
        try:
            await response.run()
        except Exception:  # the edge of a response: the client must hear of its end
            logger.exception("a response failed")
            response.fail("The server had an error while processing your request.")

    async def _decide(self, request: ResponseRequest) -> RealtimeTurn:
        """The scripted turn, or the storyteller's once the caller is understood."""
        if self._understanding:
            await asyncio.wait(self._understanding)
        messages = [Message("system", self._settings.instructions), *self._conversation.messages()]
        self._desk.seen.note(
            "realtime",
            "response",
            self._settings.model,
            self._headers,
            tuple({"role": message.role, "content": message.text} for message in messages),
            {"instructions": request.instructions, "tools": list(request.tools)},
        )
        turn = self._desk.script.realtime()
        if turn is None:
            reply = ask(self._desk.ready.brain, messages, request.tools, request.instructions)
            turn = RealtimeTurn(reply.text, tool_calls=reply.tool_calls)
        if fault := self._desk.faults.take("realtime", "delay"):
            await asyncio.sleep(fault.delay_s)
        return turn

    # sending

    def _emit(self, sent: Event) -> None:
        self._outbox.put_nowait(sent)

    def _emit_item(self, item: Item, before_id: str | None) -> None:
        for kind in ("conversation.item.added", "conversation.item.done"):
            self._emit(event(kind, previous_item_id=before_id, item=item.wire()))

    def _emit_error(self, body: Mapping[str, Any], client_event_id: str | None) -> None:
        self._emit(event("error", error={**body, "event_id": client_event_id}))

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


Handler = Callable[[RealtimeConnection, Event], None]

HANDLERS: Mapping[str, Handler] = {
    "session.update": RealtimeConnection._update_session,
    "input_audio_buffer.append": RealtimeConnection._append_audio,
    "input_audio_buffer.commit": RealtimeConnection._commit_audio,
    "input_audio_buffer.clear": RealtimeConnection._clear_audio,
    "conversation.item.create": RealtimeConnection._create_item,
    "conversation.item.delete": RealtimeConnection._delete_item,
    "conversation.item.retrieve": RealtimeConnection._retrieve_item,
    "conversation.item.truncate": RealtimeConnection._truncate_item,
    "response.create": RealtimeConnection._create_response,
    "response.cancel": RealtimeConnection._cancel_response,
}


def _own_instructions(session: str, response: str | None) -> str:
    """What response.create adds: clients repeat the session's instructions in front of it."""
    return (response or "").removeprefix(session).strip()


def _dict(body: Event, name: str) -> dict[str, Any]:
    value = body.get(name)
    if not isinstance(value, dict):
        raise ClientEventError(f"Missing required parameter: '{name}'.", param=name)
    return value


def _str(body: Event, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise ClientEventError(f"Missing required parameter: '{name}'.", param=name)
    return value

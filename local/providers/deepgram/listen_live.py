"""One live transcription over a websocket, as Deepgram's."""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from aiohttp import WSMessage, WSMsgType, web

from local.providers.deepgram import shapes
from local.providers.deepgram.listen_query import ListenOptions
from local.providers.desk import Desk
from local.providers.faults import Breaker
from local.providers.hearing.hearing import (
    Hearing,
    HearingEvent,
    UtteranceEnded,
    UtteranceGrew,
    UtteranceStarted,
)
from local.providers.script import SttTurn
from local.providers.streams import cutter
from local.sound.pcm import duration_s

logger = logging.getLogger(__name__)

# Deepgram closes a connection without sound or KeepAlive after this (NET-0001).
IDLE_S = 10.0
IDLE_CLOSE_CODE = 1011
# Assumed length of an utterance that a script puts at a time of its own.
DEFAULT_UTTERANCE_S = 0.5


class LiveTranscription:
    """Reads sound, sends what is said in it. Results keep the order of the speech."""

    def __init__(self, desk: Desk, options: ListenOptions, request_id: str) -> None:
        self._desk = desk
        self._options = options
        self._request_id = request_id
        self._hearing = Hearing(
            desk.ready.ears, options.sample_rate_hz, options.detector, desk.script.stt
        )
        self._breaker = Breaker(desk.faults, "stt")
        self._ws = web.WebSocketResponse(heartbeat=None)
        self._endings: asyncio.Queue[UtteranceEnded | asyncio.Event] = asyncio.Queue()
        self._background: set[asyncio.Task[None]] = set()
        self._heard_s = 0.0
        self._mute = False

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Runs until the client closes, asks to close, falls silent, or a fault cuts it."""
        self._ws.headers["dg-request-id"] = self._request_id
        await self._ws.prepare(request)
        self._cut = cutter(request)
        self._spawn(self._send_endings())
        for turn in self._desk.script.timed_stt():
            self._spawn(self._say_at(turn))
        with self._desk.faults.open_line("stt", self._cut), contextlib.suppress(ConnectionError):
            try:
                async for message in self._messages():
                    if not await self._take(message):
                        break
            finally:
                await self._end()
        return self._ws

    async def _messages(self) -> AsyncIterator[WSMessage]:
        """Ends when the client is gone or silent for too long."""
        try:
            while True:
                message = await self._ws.receive(timeout=IDLE_S)
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    return
                yield message
        except TimeoutError:
            reason = b"Deepgram did not receive audio data or a text message (NET-0001)"
            await self._ws.close(code=IDLE_CLOSE_CODE, message=reason)

    async def _take(self, message: WSMessage) -> bool:
        """False after the last message."""
        if message.type is WSMsgType.BINARY:
            self._heard_s += duration_s(message.data, self._options.sample_rate_hz)
            await self._follow(self._hearing.push(message.data))
            return True
        try:
            kind = json.loads(message.data).get("type")
        except (ValueError, AttributeError):
            kind = None
        match kind:
            case "KeepAlive":
                pass
            case "Finalize":
                await self._follow(self._hearing.finish())
                await self._endings_sent()
                await self._send_text("", self._heard_s, self._heard_s, from_finalize=True)
            case "CloseStream":
                await self._follow(self._hearing.finish())
                await self._endings_sent()
                meta = shapes.metadata(self._request_id, self._options.model, self._heard_s)
                await self._send({"type": "Metadata", **meta})
                await self._ws.close()
                return False
            case _:
                logger.warning("unknown message in a live transcription: %s", kind)
        return True

    async def _follow(self, events: list[HearingEvent]) -> None:
        for event in events:
            match event:
                case UtteranceStarted(at_s):
                    await self._start_speech(at_s)
                case UtteranceGrew(text, start_s, end_s):
                    if self._options.interim_results:
                        await self._send_text(text, start_s, end_s, is_final=False)
                case UtteranceEnded():
                    self._endings.put_nowait(event)

    async def _start_speech(self, at_s: float) -> None:
        if self._options.vad_events:
            start = {"type": "SpeechStarted", "channel": [0], "timestamp": round(at_s, 3)}
            await self._send(start)

    async def _send_endings(self) -> None:
        """The only sender of final results."""
        while True:
            ending = await self._endings.get()
            if isinstance(ending, asyncio.Event):
                ending.set()
                continue
            text = await ending.text
            if fault := self._desk.faults.take("stt", "delay"):
                await asyncio.sleep(fault.delay_s)
            segment = ending.segment
            final = not ending.split
            await self._send_text(text, segment.start_s, segment.end_s, speech_final=final)
            if final and self._options.utterance_end_ms is not None:
                self._spawn(self._end_utterance(segment.end_s))

    async def _end_utterance(self, end_s: float) -> None:
        assert self._options.utterance_end_ms is not None
        await asyncio.sleep(self._options.utterance_end_ms / 1000)
        last_word_end = round(end_s, 3)
        await self._send(
            {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": last_word_end}
        )

    async def _say_at(self, turn: SttTurn) -> None:
        assert turn.at_s is not None
        await asyncio.sleep(turn.at_s)
        await self._start_speech(turn.at_s)
        await asyncio.sleep(turn.delay_s)
        await self._send_text(turn.text, turn.at_s, turn.at_s + DEFAULT_UTTERANCE_S)

    async def _endings_sent(self) -> None:
        sent = asyncio.Event()
        self._endings.put_nowait(sent)
        await sent.wait()

    async def _send_text(
        self,
        text: str,
        start_s: float,
        end_s: float,
        *,
        is_final: bool = True,
        speech_final: bool = True,
        from_finalize: bool = False,
    ) -> None:
        match self._breaker.due(len(text.split())):
            case "cut":
                self._cut()
            case "stall":
                self._mute = True
        message = shapes.results(
            text,
            start_s,
            end_s,
            request_id=self._request_id,
            model=self._options.model,
            is_final=is_final,
            speech_final=is_final and speech_final,
            from_finalize=from_finalize,
        )
        await self._send(message)

    async def _send(self, message: dict[str, Any]) -> None:
        if not self._mute:
            await self._ws.send_str(json.dumps(message))

    def _spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        async def run() -> None:
            with contextlib.suppress(ConnectionError):  # the client is gone; serve() ends, too
                await work

        task = asyncio.create_task(run())
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def _end(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self._hearing.close()

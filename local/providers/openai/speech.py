"""POST /v1/audio/speech"""

import asyncio
import base64
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from aiohttp import web

from local.providers.desk import DESK, Desk
from local.providers.faults import FaultBoard
from local.providers.openai.completion import count_tokens
from local.providers.openai.encoding import CONTENT_TYPES, encoder
from local.providers.openai.errors import error_response, fault_body, invalid
from local.providers.streams import FaultyStream
from local.sound.pcm import duration_s, pieces

PIECE_S = 0.1
AUDIO_TOKENS_PER_S = 20
SLOWEST, FASTEST = 0.25, 4.0
# The scripted caller's voice. It is no part of the product, so script and faults spare it.
CALLER = "caller"


@dataclass(frozen=True)
class SpeechRequest:
    text: str
    model: str
    voice: str
    response_format: str
    sse: bool
    speed: float

    @property
    def is_callers(self) -> bool:
        return self.voice == CALLER


async def speak(request: web.Request) -> web.StreamResponse:
    """Streams the sound as soon as the voice has some."""
    desk = request.app[DESK]
    try:
        wanted = read_request(await request.json())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return invalid(f"We could not parse the body of your request: {error!r}")
    if wanted.response_format not in CONTENT_TYPES:
        message = f"This stand-in speaks {', '.join(CONTENT_TYPES)} only."
        return invalid(message, param="response_format")
    if not SLOWEST <= wanted.speed <= FASTEST:
        return invalid(f"speed is {SLOWEST} to {FASTEST}", param="speed")
    if not wanted.text:
        return invalid("[] is too short - 'input'", param="input", code="string_above_min_length")
    board = FaultBoard() if wanted.is_callers else desk.faults
    if not wanted.is_callers:
        details = {"input": wanted.text, "voice": wanted.voice, "speed": wanted.speed}
        desk.seen.note("speech", "request", wanted.model, request.headers, (), details)
    if fault := board.take("speech", "http_error"):
        return error_response(fault.status, fault_body(fault))
    if fault := board.take("speech", "delay"):
        await asyncio.sleep(fault.delay_s)
    stream = FaultyStream(board, "speech")
    mime = "text/event-stream" if wanted.sse else CONTENT_TYPES[wanted.response_format]
    async with aclosing(sound_of(desk, wanted)) as chunks:
        await stream.open(request, {"Content-Type": mime})
        return await send(stream, chunks, wanted)


def read_request(body: dict[str, object]) -> SpeechRequest:
    """Raises KeyError for what is missing, ValueError for a speed that is no number."""
    return SpeechRequest(
        text=str(body["input"]),
        model=str(body["model"]),
        voice=str(body["voice"]),
        response_format=str(body.get("response_format") or "mp3"),
        sse=body.get("stream_format") == "sse",
        speed=float(str(body.get("speed") or 1.0)),
    )


async def sound_of(desk: Desk, wanted: SpeechRequest) -> AsyncGenerator[bytes, None]:
    """The scripted sound in pieces, or else the voice's."""
    turn = None if wanted.is_callers else desk.script.speech()
    if turn is None:
        spoken = desk.ready.voice.speak(wanted.text, voice=wanted.voice, speed=wanted.speed)
        async with aclosing(spoken):
            async for chunk in spoken:
                yield chunk
        return
    await asyncio.sleep(turn.delay_s)
    for piece in pieces(turn.sound.pcm(), PIECE_S):
        yield piece
        await asyncio.sleep(turn.chunk_delay_s)


async def send(
    stream: FaultyStream, chunks: AsyncGenerator[bytes, None], wanted: SpeechRequest
) -> web.StreamResponse:
    """Pieces of PIECE_S, encoded, as bytes or as server-sent events."""
    output = encoder(wanted.response_format)
    spoken_s = 0.0
    async for chunk in chunks:
        for piece in pieces(chunk, PIECE_S):
            spoken_s += duration_s(piece)
            if encoded := output.encode(piece):
                await stream.piece(_delta(encoded) if wanted.sse else encoded)
    rest = output.finish()
    if not wanted.sse:
        return await stream.rest(rest)
    tokens = count_tokens(wanted.text), round(spoken_s * AUDIO_TOKENS_PER_S)
    usage = {"input_tokens": tokens[0], "output_tokens": tokens[1], "total_tokens": sum(tokens)}
    done = _sse({"type": "speech.audio.done", "usage": usage})
    return await stream.rest((_delta(rest) if rest else b"") + done)


def _delta(encoded: bytes) -> bytes:
    audio = base64.b64encode(encoded).decode()
    return _sse({"type": "speech.audio.delta", "audio": audio})


def _sse(event: dict[str, object]) -> bytes:
    return b"data: " + json.dumps(event).encode() + b"\n\n"

"""/v1/listen: Deepgram's transcription, live (websocket) and pre-recorded (POST)."""

import asyncio
import uuid

from aiohttp import web

from local.providers.deepgram import shapes
from local.providers.deepgram.listen_live import LiveTranscription
from local.providers.deepgram.listen_query import ListenError, read_query
from local.providers.desk import DESK
from local.providers.engines import Listener
from local.providers.hearing.detector import DetectorOptions
from local.providers.hearing.hearing import Hearing, HearingEvent, UtteranceEnded
from local.sound.pcm import PcmError, duration_s, pieces, read_wav, to_mono

PIECE_S = 1.0


async def listen_live(request: web.Request) -> web.StreamResponse:
    """GET /v1/listen with an upgrade"""
    request_id = str(uuid.uuid4())
    desk = request.app[DESK]
    try:
        options = read_query(request.query, raw=True)
        if options.channels != 1:
            raise ListenError("Bad Request: this stand-in hears one channel live.")
    except ListenError as error:
        return shapes.error(400, "Bad Request", str(error), request_id)
    if fault := desk.faults.take("stt", "http_error"):
        return shapes.error(fault.status, "INTERNAL_SERVER_ERROR", "armed fault", request_id)
    desk.seen.note("stt", "connect", options.model, request.headers, (), dict(request.query))
    return await LiveTranscription(desk, options, request_id).serve(request)


async def listen_recorded(request: web.Request) -> web.Response:
    """POST /v1/listen with WAV, or raw sound described by the query.

    The scripted caller listens by this door, so neither script nor faults apply to it.
    """
    request_id = str(uuid.uuid4())
    body = await request.read()
    is_wav = body[:4] == b"RIFF"
    try:
        options = read_query(request.query, raw=not is_wav)
        if is_wav:
            pcm, sample_rate_hz = read_wav(body)
        else:
            pcm, sample_rate_hz = to_mono(body, options.channels), options.sample_rate_hz
    except (ListenError, PcmError) as error:
        return shapes.error(400, "Bad Request", str(error), request_id)
    ears = request.app[DESK].ready.ears
    found = [part for part in await transcribe(ears, pcm, sample_rate_hz) if part[0]]
    text = " ".join(part[0] for part in found)
    whole = shapes.alternative(text, 0.0, 0.0)
    whole["words"] = [word for part in found for word in shapes.words(*part)]
    meta = shapes.metadata(request_id, options.model, duration_s(pcm, sample_rate_hz), body)
    answer = {"metadata": meta, "results": {"channels": [{"alternatives": [whole]}]}}
    return web.json_response(answer, headers={"dg-request-id": request_id})


async def transcribe(
    ears: Listener, pcm: bytes, sample_rate_hz: int
) -> list[tuple[str, float, float]]:
    """What was said, from when to when, in seconds."""
    options = DetectorOptions(min_silence_s=0.5, pause_s=0.5)
    hearing = Hearing(ears, sample_rate_hz, options, lambda: None)
    try:
        events: list[HearingEvent] = []
        for piece in pieces(pcm, PIECE_S, sample_rate_hz):
            events += hearing.push(piece)
            await asyncio.sleep(0)  # live calls are served by the same loop
        events += hearing.finish()
        return [
            (await event.text, event.segment.start_s, event.segment.end_s)
            for event in events
            if isinstance(event, UtteranceEnded)
        ]
    finally:
        await hearing.close()

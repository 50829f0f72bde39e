"""One call: its line of time, the waits of each turn, why it ended, what it cost."""

import asyncio
import logging
from dataclasses import replace
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from bot.records import CallRecord
from bot.records.diary import CallDiary, Event, EventKind
from desk.charts.timeline import timeline
from desk.charts.waterfall import waterfall
from desk.charts.waveform import Waveform, waveform
from desk.pages.office_of import call_of, office_of
from desk.render import page
from desk.words import length_s, proof, why

logger = logging.getLogger("storyline.desk")

_MAY_PLAY = "may_play"


async def call(request: Request) -> Response:
    """The call without its words and its sound."""
    return await _show(request, await call_of(request))


async def words(request: Request) -> Response:
    """The call with its words; that somebody read them is noted with the call."""
    record = await call_of(request)
    await _note(request, record, EventKind.WORDS_OPENED)
    return await _show(request, record, with_words=True)


async def sound(request: Request) -> Response:
    """The call with its recording; that somebody opened it is noted with the call."""
    record = await call_of(request)
    if not office_of(request).recordings.has(record.call_id):
        raise HTTPException(404, "There is no recording of this call.")
    await _note(request, record, EventKind.SOUND_OPENED)
    # The sound is for whoever came by this page, and not for an address in somebody else's.
    request.session[_MAY_PLAY] = record.call_id
    return await _show(request, record, with_sound=True)


async def recording(request: Request) -> Response:
    """The recording itself, whole or in the parts that a browser asks for."""
    record = await call_of(request)
    if request.session.get(_MAY_PLAY) != record.call_id:
        raise HTTPException(403, "Open the recording on the page of its call first.")
    shelf = office_of(request).recordings
    if not shelf.has(record.call_id):
        raise HTTPException(404, "There is no recording of this call.")
    return FileResponse(shelf.sound(record.call_id), media_type="audio/ogg")


async def _note(request: Request, record: CallRecord, kind: EventKind) -> None:
    office = office_of(request)
    await office.records.diaries.note(record.call_id, Event(kind=kind, at=office.clock()))
    logger.info(
        "something private was opened at the desk", extra={"call": record.call_id, "what": kind}
    )


async def _show(
    request: Request, record: CallRecord, *, with_words: bool = False, with_sound: bool = False
) -> Response:
    office = office_of(request)
    diary = await office.records.diaries.of(record.call_id)
    has_words = any(turn.words for turn in diary.turns)
    if not with_words:
        diary = replace(diary, turns=tuple(replace(turn, words=None) for turn in diary.turns))
    line = timeline(record, diary, office.clock())
    return page(
        request,
        "call.html",
        call=record,
        diary=diary,
        order=await office.records.orders.get(record.call_id),
        length_s=length_s(record),
        line=line,
        waits=waterfall(diary.turns),
        why=why(record),
        proof=proof(record, diary),
        has_words=has_words,
        with_words=with_words,
        has_sound=office.recordings.has(record.call_id),
        wave=await _wave(request, record, diary, line.length_s) if with_sound else None,
    )


async def _wave(request: Request, record: CallRecord, diary: CallDiary, line_s: float) -> Waveform:
    began = (event.at for event in diary.events if event.kind is EventKind.RECORDING)
    began_s = (next(began, record.started_at) - record.started_at).total_seconds()
    path = office_of(request).recordings.levels(record.call_id)
    return waveform(await asyncio.to_thread(_read, path), began_s, line_s)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # without a drawing the sound can still be heard
        return b""

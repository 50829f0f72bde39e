"""One call: its line of time, the waits of each turn, why it ended, what it cost."""

import logging
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from bot.records import CallRecord
from bot.records.diary import Event, EventKind
from desk.charts.timeline import timeline
from desk.charts.waterfall import waterfall
from desk.pages.office_of import call_of, office_of
from desk.render import page
from desk.words import length_s, proof, why

logger = logging.getLogger("storyline.desk")


async def call(request: Request) -> Response:
    """The call without its words."""
    return await _show(request, await call_of(request), with_words=False)


async def words(request: Request) -> Response:
    """The call with its words; that somebody read them is noted with the call."""
    record = await call_of(request)
    office = office_of(request)
    opened = Event(kind=EventKind.WORDS_OPENED, at=office.clock())
    await office.records.diaries.note(record.call_id, opened)
    logger.info("words opened at the desk", extra={"call": record.call_id})
    return await _show(request, record, with_words=True)


async def _show(request: Request, record: CallRecord, *, with_words: bool) -> Response:
    office = office_of(request)
    diary = await office.records.diaries.of(record.call_id)
    has_words = any(turn.words for turn in diary.turns)
    if not with_words:
        diary = replace(diary, turns=tuple(replace(turn, words=None) for turn in diary.turns))
    return page(
        request,
        "call.html",
        call=record,
        diary=diary,
        order=await office.records.orders.get(record.call_id),
        length_s=length_s(record),
        line=timeline(record, diary, office.clock()),
        waits=waterfall(diary.turns),
        why=why(record),
        proof=proof(record, diary),
        has_words=has_words,
        with_words=with_words,
    )

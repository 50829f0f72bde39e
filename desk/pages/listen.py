"""Listening in: a page with the sound of one call, noted with the call."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.records import CallRecord
from bot.records.diary import Event, EventKind
from desk.office import DoorClosed
from desk.pages.office_of import office_of
from desk.render import page

logger = logging.getLogger("storyline.desk")

_LISTENERS = 4
_MAY_HEAR = "may_hear"


async def listen(request: Request) -> Response:
    """The page; whoever opens it is noted with the call."""
    record = await _open_call(request)
    office = office_of(request)
    noted = Event(kind=EventKind.LISTENED_IN, at=office.clock())
    await office.records.diaries.note(record.call_id, noted)
    logger.info("somebody at the desk listens in", extra={"call": record.call_id})
    # The sound is for whoever came by this page, and not for an address in somebody else's.
    request.session[_MAY_HEAR] = record.call_id
    return page(request, "listen.html", call=record)


async def sound(request: Request) -> Response:
    """Both voices as one stream of sound, as long as the call lasts."""
    record = await _open_call(request)
    if request.session.get(_MAY_HEAR) != record.call_id:
        raise HTTPException(403, "Open the page of this call's sound first.")
    listeners: asyncio.Semaphore = request.app.state.listeners
    if listeners.locked():
        raise HTTPException(503, "Too many people listen in already.")
    stream = office_of(request).listen(record)
    async with listeners:
        try:
            first = await anext(stream)
        except DoorClosed as error:
            raise HTTPException(502, f"The call could not be joined: {error}.") from error

    async def all_of_it() -> AsyncGenerator[bytes, None]:
        async with listeners, aclosing(stream):
            yield first
            async for part in stream:
                yield part

    return StreamingResponse(all_of_it(), media_type="audio/wav")


def listeners() -> asyncio.Semaphore:
    """So many may listen at the same time."""
    return asyncio.Semaphore(_LISTENERS)


async def _open_call(request: Request) -> CallRecord:
    record = await office_of(request).records.calls.get(request.path_params["call_id"])
    if record is None or not record.is_open:
        raise HTTPException(404, "There is no such call in progress.")
    return record

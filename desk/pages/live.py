"""Who is on the line now: pushed while somebody looks, and a door to end a call."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from bot.records import CallRecord, DatabaseUnavailable
from bot.records.diary import CallDiary, Event, EventKind
from desk.office import DoorClosed, Office
from desk.pages.office_of import call_of, office_of
from desk.render import fragment, page
from desk.security.door import token_of

_LOOK_S = 1.0
_STREAMS = 10
_SHOWN = 100


@dataclass(frozen=True)
class LiveCall:
    """A call in progress. `is_asked`: it has been told to end. `speaks_s`: for how long whoever
    speaks now has done so.
    """

    call: CallRecord
    for_s: float
    speaks_s: float | None
    diary: CallDiary

    @property
    def last_event(self) -> Event | None:
        return self.diary.events[-1] if self.diary.events else None

    @property
    def last_gap_s(self) -> float | None:
        gaps = [turn.gap_s for turn in self.diary.turns if turn.gap_s is not None]
        return gaps[-1] if gaps else None

    @property
    def is_asked(self) -> bool:
        return any(event.kind is EventKind.END_ASKED for event in self.diary.events)


async def live(request: Request) -> Response:
    """The calls in progress as they are now."""
    lines = await _list(office_of(request), token_of(request))
    return page(request, "live.html", list=lines)


async def stream(request: Request) -> Response:
    """The same list whenever it changes, as server-sent events."""
    watched: asyncio.Semaphore = request.app.state.streams
    if watched.locked():
        raise HTTPException(503, "Too many people are looking; load the page again later.")
    return StreamingResponse(
        changes(office_of(request), token_of(request), watched),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def hang_up(request: Request) -> Response:
    """Ask a call to end: Echo says goodbye first."""
    record = await call_of(request)
    if record.is_open:
        try:
            await office_of(request).say_goodbye(record)
        except DoorClosed as error:
            raise HTTPException(502, f"The call could not be told to end: {error}.") from error
    return RedirectResponse("/live", 303)


def streams() -> asyncio.Semaphore:
    """So many may look at the same time."""
    return asyncio.Semaphore(_STREAMS)


async def changes(office: Office, token: str, watched: asyncio.Semaphore) -> AsyncIterator[str]:
    """The list as server-sent events: at once, whenever it changes, and a comment otherwise."""
    last = None
    async with watched:
        while True:
            try:
                now = await _list(office, token)
            except DatabaseUnavailable:
                now = fragment("away.html")
            if now != last:
                yield "".join(f"data: {line}\n" for line in now.splitlines()) + "\n"
                last = now
            else:
                yield ": still here\n\n"  # finds out that nobody reads any more
            await asyncio.sleep(_LOOK_S)


async def _list(office: Office, token: str) -> str:
    now = office.clock()
    calls = await office.records.calls.open_calls()
    calls.sort(key=lambda call: call.started_at)
    shown = [
        LiveCall(
            call,
            (now - (call.answered_at or call.started_at)).total_seconds(),
            (now - call.speaking_since).total_seconds() if call.speaking_since else None,
            await office.records.diaries.of(call.call_id),
        )
        for call in calls[:_SHOWN]
    ]
    return fragment("live_list.html", calls=shown, token=token, more=len(calls) - len(shown))

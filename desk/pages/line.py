"""The line itself: workers, limits, watches, failures, and, when asked, the whole chain."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.records.limits import Limit
from desk.office import Office
from desk.pages.office_of import office_of
from desk.render import page

# A worker describes itself every 10 s; one that was killed is shown, as missing, for a day.
_MISSING = timedelta(seconds=30)
_SHOWN_FOR = timedelta(days=1)
_LATELY = timedelta(days=7)
_SHOWN = 20


@dataclass(frozen=True)
class Standing:
    """One limit of the whole line in a day; `allowed` None: there is none."""

    limit: Limit
    used: float
    allowed: float | None

    @property
    def left(self) -> float | None:
        return None if self.allowed is None else max(0.0, self.allowed - self.used)


async def line(request: Request) -> Response:
    """What the records and the worker on this machine know; asks nothing of LiveKit."""
    return await _show(request)


async def check(request: Request) -> Response:
    """Walk the chain from the number to the agent, as `provision-trunk doctor` does."""
    return await _show(request, findings=await office_of(request).look_at_line())


async def _show(request: Request, findings: object = None) -> Response:
    office = office_of(request)
    records, now = office.records, office.clock()
    return page(
        request,
        "line.html",
        worker=await office.worker(),
        workers=await records.roster.workers(now - _SHOWN_FOR),
        missing_before=now - _MISSING,
        in_progress=len(await records.calls.open_calls()),
        standings=await _standings(office),
        acts=await records.roster.acts(_SHOWN),
        act_counts=await records.roster.counts(now - _LATELY),
        failures=await records.survey.model_failures(now - _LATELY, _SHOWN),
        backlog=await records.outbox.waiting(),
        keeps_words=office.keeps_words,
        findings=findings,
    )


async def _standings(office: Office) -> list[Standing]:
    used = await office.records.gate.used_today(office.clock())
    return [
        Standing(limit, amount, office.line_limits.get(limit)) for limit, amount in used.items()
    ]

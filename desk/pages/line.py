"""The line itself: the worker on this machine, and, when asked, the whole chain."""

from starlette.requests import Request
from starlette.responses import Response

from desk.pages.office_of import office_of
from desk.render import page


async def line(request: Request) -> Response:
    """The worker and how many calls there are; asks nothing of LiveKit."""
    return await _show(request)


async def check(request: Request) -> Response:
    """Walk the chain from the number to the agent, as `provision-trunk doctor` does."""
    return await _show(request, findings=await office_of(request).look_at_line())


async def _show(request: Request, findings: object = None) -> Response:
    office = office_of(request)
    return page(
        request,
        "line.html",
        worker=await office.worker(),
        in_progress=len(await office.records.calls.open_calls()),
        keeps_words=office.keeps_words,
        findings=findings,
    )

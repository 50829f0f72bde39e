"""What a page works with, found at its request."""

from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.records import CallRecord
from desk.office import Office
from desk.strip import Strip


def office_of(request: Request) -> Office:
    office = request.app.state.office
    assert isinstance(office, Office)
    return office


def strip_of(request: Request) -> Strip:
    strip = request.app.state.strip
    assert isinstance(strip, Strip)
    return strip


async def call_of(request: Request) -> CallRecord:
    """The call in the page's address. Raises HTTPException 404."""
    record = await office_of(request).records.calls.get(request.path_params["call_id"])
    if record is None:
        raise HTTPException(404, "There is no such call.")
    return record

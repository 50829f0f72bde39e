"""What a page works with, found at its request."""

from starlette.requests import Request

from desk.office import Office


def office_of(request: Request) -> Office:
    office = request.app.state.office
    assert isinstance(office, Office)
    return office

"""All calls: filters, figures, pages, and what is filtered as a file."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from bot.records import AgentReached, CallRecord, Direction, EndReason, Records
from bot.records.survey import CallFilter
from desk.pages.office_of import office_of, strip_of
from desk.query import read_query
from desk.render import page
from desk.words import length_s

_ON_A_PAGE = 50
_AT_ONCE = 500
_AT_MOST = 100_000
_COLUMNS = (
    *("call_id", "direction", "from_number", "to_number", "started_at", "answered_at"),
    *("ended_at", "end_reason", "agent_reached", "turns", "cost_usd", "error"),
)


async def home(_: Request) -> Response:
    return RedirectResponse("/calls", 303)


async def calls(request: Request) -> Response:
    """The newest calls that the filter lets through, and what calls came to lately."""
    office = office_of(request)
    query = read_query(request.query_params, office.region)
    found = await office.records.survey.page(query.wanted, _ON_A_PAGE, query.below)
    costs = await office.records.diaries.costs_of([call.call_id for call in found.calls])
    return page(
        request,
        "calls.html",
        query=query,
        calls=[(call, length_s(call), costs.get(call.call_id)) for call in found.calls],
        next=found.next and query.address("/calls", found.next),
        exports=[(kind, query.address(f"/calls.{kind}")) for kind in ("csv", "json")],
        figures=await strip_of(request).figures(),
        directions=list(Direction),
        reasons=list(EndReason),
        agents=list(AgentReached),
    )


async def calls_csv(request: Request) -> Response:
    """What is filtered, one line a call, for spreadsheets."""
    return _download(request, "csv", "text/csv; charset=utf-8")


async def calls_json(request: Request) -> Response:
    """What is filtered, one JSON object a line."""
    return _download(request, "json", "application/x-ndjson")


def _download(request: Request, kind: str, media_type: str) -> Response:
    office = office_of(request)
    wanted = read_query(request.query_params, office.region).wanted
    lines = _csv_lines if kind == "csv" else _json_lines
    return StreamingResponse(
        lines(_rows(office.records, wanted)),
        media_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="calls.{kind}"'},
    )


async def _rows(records: Records, wanted: CallFilter) -> AsyncIterator[dict[str, Any]]:
    below, number = None, 0
    while number < _AT_MOST:
        found = await records.survey.page(wanted, _AT_ONCE, below)
        costs = await records.diaries.costs_of([call.call_id for call in found.calls])
        for call in found.calls:
            yield _row(call, costs.get(call.call_id))
        number, below = number + len(found.calls), found.next
        if below is None:
            return


def _row(call: CallRecord, cost_usd: float | None) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in _COLUMNS:
        value = getattr(call, name, None)
        values[name] = value.isoformat() if isinstance(value, datetime) else value
    return {**values, "cost_usd": cost_usd}


async def _csv_lines(rows: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    yield _csv_line(_COLUMNS)
    async for row in rows:
        yield _csv_line([_harmless(row[name]) for name in _COLUMNS])


def _csv_line(values: Any) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(values)
    return text.getvalue()


def _harmless(value: Any) -> Any:
    """A spreadsheet must not take what a caller wrote for a formula; numbers may stay."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return value if value[:1] == "+" and value[1:].isdigit() else f"'{value}"
    return value


async def _json_lines(rows: AsyncIterator[dict[str, Any]]) -> AsyncIterator[str]:
    async for row in rows:
        yield json.dumps(row) + "\n"

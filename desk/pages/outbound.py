"""The calls that we make: orders, the do-not-call list, and forgetting a number."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from bot.records import BlockedBy
from bot.records.diary.removal import Forgotten
from desk.pages.office_of import office_of
from desk.query import spelled
from desk.render import page
from desk.security.door import form_of
from sip.calls.number import to_e164
from sip.errors import InvalidNumber

_SHOWN = 100
_LISTS = 20


async def outbound(request: Request) -> Response:
    return await _show(request)


async def block(request: Request) -> Response:
    """Never call this number again."""
    office = office_of(request)
    try:
        number = to_e164(form_of(request).get("number", ""), office.region)
    except InvalidNumber as error:
        return await _show(request, said=f"Not blocked: {error}")
    new = await office.records.orders.block(number, BlockedBy.OPERATOR, office.clock())
    words = "is on the list now" if new else "was on the list already"
    return await _show(request, said=f"{number} {words}.")


async def forget(request: Request) -> Response:
    """Remove everything about a number."""
    office = office_of(request)
    number = spelled(form_of(request).get("number", ""), office.region)
    if not number:
        return await _show(request, said="Nothing was typed.")
    forgotten = await office.records.forgetting.forget(number, office.recordings)
    return await _show(request, said=_told(number, forgotten))


def _told(number: str, forgotten: Forgotten) -> str:
    rows = ", ".join(f"{rows} in {table}" for table, rows in forgotten.rows.items() if rows)
    words = f"{number} is forgotten: {forgotten.total} rows went{f' ({rows})' if rows else ''}"
    words += f", and {forgotten.files} files of recordings."
    if forgotten.in_progress:
        words += f" Calls in progress, not removed yet: {forgotten.in_progress}."
    return words


async def _show(request: Request, *, said: str = "") -> Response:
    office = office_of(request)
    ledger, survey = office.records.orders, office.records.survey
    since = office.clock() - timedelta(days=7)
    blocked = await ledger.blocked()
    return page(
        request,
        "outbound.html",
        said=said,
        orders=await ledger.recent(_SHOWN),
        counts=await survey.orders(since),
        lists=await survey.lists(since, _LISTS),
        blocked=blocked[::-1][:_SHOWN],
        hidden=max(0, len(blocked) - _SHOWN),
    )

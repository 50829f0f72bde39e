"""How far the lists of people to call have come."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, and_, case, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.orders.order import OrderState
from bot.records.orders.tables import orders
from bot.records.table import UtcDateTime
from sip.calls.outcome import Outcome

# bot/orders/number_list.py writes it: list:NAME#+NUMBER#TRY.
_BEGINNING = "list:"
_BEFORE_NUMBER = "#+"


@dataclass(frozen=True)
class ListProgress:
    """One list, by the calls that were asked for: whoever is still to be called is not known here.

    `people` were asked for, `reached` of them answered, `live` are waiting or on the line now.
    """

    name: str
    people: int
    reached: int
    live: int
    calls: int
    last_asked_at: datetime


async def progress(
    connection: AsyncConnection, since: datetime, limit: int, *, is_postgresql: bool
) -> list[ListProgress]:
    """The lists that were worked on since, the newest first."""
    key = orders.c.idempotency_key
    find = func.strpos if is_postgresql else func.instr
    name = func.substr(
        key, len(_BEGINNING) + 1, find(key, _BEFORE_NUMBER) - len(_BEGINNING) - 1, type_=String
    ).label("name")
    answered = case((orders.c.outcome == Outcome.ANSWERED, orders.c.number))
    is_live = case((orders.c.state != OrderState.ENDED, 1), else_=0)
    last = func.max(orders.c.asked_at, type_=UtcDateTime).label("last")
    found = (
        select(
            name,
            func.count(distinct(orders.c.number)),
            func.count(distinct(answered)),
            func.sum(is_live),
            func.count(),
            last,
        )
        .where(and_(key.startswith(_BEGINNING), orders.c.asked_at >= since))
        .group_by(name)
        .order_by(last.desc())
        .limit(limit)
    )
    return [ListProgress(*row) for row in await connection.execute(found)]

"""Whether a call may be made now: the rules that need to know of other calls."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.errors import NotToday, NumberBusy, OrderRefused, TrunkBusy
from bot.records.limits.cost import left_usd, used_up
from bot.records.limits.limits import DAY, OrderLimits
from bot.records.limits.usage import line_is_full
from bot.records.orders.order import Order, OrderState
from bot.records.orders.tables import do_not_call, from_row, orders

LIVE = (
    OrderState.TAKEN,
    OrderState.READY,
    OrderState.DIALING,
    OrderState.RINGING,
    OrderState.ANSWERED,
)
_SAME_NUMBER = timedelta(minutes=1)
_MINUTE = timedelta(minutes=1)


async def by_key(connection: AsyncConnection, order: Order) -> Order | None:
    """The older order of the same key. Raises OrderRefused when that calls another number."""
    if order.idempotency_key is None:
        return None
    same = orders.c.idempotency_key == order.idempotency_key
    row = (await connection.execute(select(orders).where(same))).first()
    if row is None:
        return None
    older = from_row(row)
    if older.number != order.number:
        raise OrderRefused("this idempotency key belongs to a call to another number")
    return older


async def check(
    connection: AsyncConnection, order: Order, limits: OrderLimits, *, again: bool
) -> None:
    """Raises OrderRefused when the call must not be made now, NotNow where waiting helps, NotToday
    where another day does.
    """
    if await is_listed(connection, order.number):
        raise OrderRefused("the number is on the do-not-call list")
    now = order.asked_at
    live = and_(
        # For the index: these are few among all that ever were.
        orders.c.state.in_((OrderState.QUEUED, *LIVE)),
        # Left behind by a command that died before anybody took it: not for ever in the way.
        or_(orders.c.state != OrderState.QUEUED, orders.c.asked_at > now - _MINUTE),
    )
    number = orders.c.number == order.number
    if await _count(connection, number, live):
        raise NumberBusy("the number is being called")
    dialled = orders.c.dialed_at > now - _SAME_NUMBER
    if order.idempotency_key is None and not again and await _count(connection, number, dialled):
        raise OrderRefused("the number was called less than a minute ago")
    today = orders.c.dialed_at > now - DAY
    if await _count(connection, number, today) >= limits.per_number_a_day:
        raise NotToday(f"the number was called {limits.per_number_a_day} times in a day, its limit")
    if (reached := await line_is_full(connection, limits.line.for_our_calls, now)) is not None:
        raise NotToday(f"a limit is reached: {reached} (calls that we make get three quarters)")
    left = await left_usd(connection, limits.costs.for_our_calls, order.number, now)
    if (reached := used_up(left)) is not None:
        raise NotToday(f"a limit is reached: {reached} (calls that we make get three quarters)")
    trunk = orders.c.trunk_id == order.trunk_id
    if await _count(connection, trunk, live) >= limits.at_once:
        raise TrunkBusy(f"the trunk has {limits.at_once} calls at once, which is its limit")
    lately = or_(live, orders.c.dialed_at.is_not(None))
    recent = orders.c.asked_at > now - _MINUTE
    if await _count(connection, trunk, recent, lately) >= limits.per_minute:
        raise TrunkBusy(f"the trunk had {limits.per_minute} calls in a minute, its limit")


async def _count(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> int:
    statement: Select[Any] = select(func.count()).select_from(orders).where(*conditions)
    return int((await connection.execute(statement)).scalar_one())


async def is_listed(connection: AsyncConnection, number: str) -> bool:
    """Whether the number is on the do-not-call list."""
    found = await connection.execute(select(do_not_call).where(do_not_call.c.number == number))
    return found.first() is not None

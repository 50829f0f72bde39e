"""Asking for a place before a call is answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.database import Database
from bot.records.limits.cost import cost_usd, left_usd, used_up
from bot.records.limits.limits import DAY, HOUR, CallerLimits, CostLimits, InboundLimits, Limit
from bot.records.limits.usage import count, count_each, counted, line_is_full, minutes
from bot.records.record import CallRecord, Direction, EndReason
from bot.records.table import calls, to_row

_BY_NUMBER = (Limit.CALLER_AT_ONCE, Limit.CALLER_PER_HOUR, Limit.CALLER_PER_DAY)
_WITHHELD = (Limit.WITHHELD_AT_ONCE, Limit.WITHHELD_PER_HOUR, Limit.WITHHELD_PER_DAY)


@dataclass(frozen=True)
class Refusal:
    """Why a call gets no place. `times`: how often this number was told so in the last hour."""

    limit: Limit
    times: int = 0


class Gate:
    """Lets calls in, as far as the limits go. Raises DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, record: CallRecord, limits: InboundLimits, now: datetime) -> Refusal | None:
        """None when the call may be answered.

        `record` must have been written once, and hold by now who calls. That is written here, in
        the transaction which counts and which other processes wait for: of twenty calls in the
        same moment as many get in as are allowed.
        """
        row = to_row(record)
        who = {name: row[name] for name in ("direction", "from_number", "sip_call_id")}
        async with self._database.writing(alone=True) as connection:
            mine = calls.c.call_id == record.call_id
            await connection.execute(update(calls).where(mine).values(who))
            limit = await _reached_by(connection, record, limits, now)
            if limit is None:
                return None
            return Refusal(limit, await _times_refused(connection, record, now))

    async def look(self, record: CallRecord, limits: InboundLimits, now: datetime) -> Limit | None:
        """Which limit such a call would reach now. Takes no place, and keeps nobody waiting."""
        async with self._database.reading() as connection:
            return await _reached_by(connection, record, limits, now)

    async def left_usd(self, record: CallRecord, limits: CostLimits, now: datetime) -> float | None:
        """What this call may cost in all, by what others have cost; None without such a limit."""
        others = calls.c.call_id != record.call_id
        async with self._database.reading() as connection:
            left = await left_usd(connection, limits, _other_end(record), now, others)
        return min(left.values(), default=None)

    async def used_today(self, now: datetime) -> dict[Limit, float]:
        """How much of what the whole line may have in a day is used up."""
        today = (calls.c.started_at > now - DAY,)
        async with self._database.reading() as connection:
            return {
                Limit.CALLS_PER_DAY: await count(connection, *today, counted()),
                Limit.MINUTES_PER_DAY: await minutes(connection, now),
                Limit.COST_PER_DAY: await cost_usd(connection, *today),
            }


def _other_end(record: CallRecord) -> str | None:
    """Who is at the other end, as the records spell it; None for a browser, or without a number."""
    row = to_row(record)
    number: str | None = {
        Direction.INBOUND: row["from_number"],
        Direction.OUTBOUND: row["to_number"],
        Direction.WEB: None,
    }[record.direction]
    return number


async def _reached_by(
    connection: AsyncConnection, record: CallRecord, limits: InboundLimits, now: datetime
) -> Limit | None:
    others = calls.c.call_id != record.call_id
    limit = await _caller_is_full(connection, record, limits, now)
    limit = limit or await line_is_full(connection, limits.line, now, others)
    return limit or used_up(
        await left_usd(connection, limits.costs, _other_end(record), now, others)
    )


async def _caller_is_full(
    connection: AsyncConnection, record: CallRecord, limits: InboundLimits, now: datetime
) -> Limit | None:
    if record.direction is not Direction.INBOUND:
        return None  # who may join from a browser is decided by whoever gives out the tokens
    shows_number = record.from_number is not None
    allowed = limits.caller if shows_number else limits.withheld
    names = _BY_NUMBER if shows_number else _WITHHELD
    theirs = (_of_the_same(record), calls.c.call_id != record.call_id)
    longest = timedelta(seconds=limits.longest_call_s)
    live = and_(calls.c.ended_at.is_(None), calls.c.started_at > now - longest)
    return await _reached(
        connection,
        allowed,
        names,
        at_once=(*theirs, live),
        in_an_hour=(*theirs, counted(), calls.c.started_at > now - HOUR),
        in_a_day=(*theirs, counted(), calls.c.started_at > now - DAY),
    )


async def _reached(
    connection: AsyncConnection,
    allowed: CallerLimits,
    names: tuple[Limit, Limit, Limit],
    *,
    at_once: tuple[ColumnElement[bool], ...],
    in_an_hour: tuple[ColumnElement[bool], ...],
    in_a_day: tuple[ColumnElement[bool], ...],
) -> Limit | None:
    found = await count_each(connection, at_once, in_an_hour, in_a_day)
    most = (allowed.at_once, allowed.per_hour, allowed.per_day)
    reached = (name for name, n, limit in zip(names, found, most, strict=True) if n >= limit)
    return next(reached, None)


async def _times_refused(connection: AsyncConnection, record: CallRecord, now: datetime) -> int:
    if record.direction is not Direction.INBOUND or record.from_number is None:
        return 0  # these are many people
    refused = calls.c.end_reason == EndReason.LIMIT_REACHED
    return await count(connection, _of_the_same(record), refused, calls.c.started_at > now - HOUR)


def _of_the_same(record: CallRecord) -> ColumnElement[bool]:
    """Calls from the same number, or like this one without any; not one that is only beginning."""
    inbound = calls.c.direction == Direction.INBOUND
    if record.from_number is not None:
        return and_(calls.c.from_number == to_row(record)["from_number"], inbound)
    known = calls.c.sip_call_id.is_not(None)
    return and_(calls.c.from_number.is_(None), inbound, known)

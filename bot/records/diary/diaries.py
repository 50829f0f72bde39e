"""Where the diaries are kept, and how one is read again."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Row, func, select

from bot.money.bill import Usage
from bot.records.database import Database
from bot.records.diary.entries import Entry, Event, Turn
from bot.records.diary.tables import events, turns, usage

_TABLE_OF = {Turn: turns, Event: events}


@dataclass(frozen=True)
class CallDiary:
    """All that is kept of one call beside its record, in the order of time."""

    turns: tuple[Turn, ...] = ()
    events: tuple[Event, ...] = ()
    usage: tuple[Usage, ...] = ()

    @property
    def cost_usd(self) -> float:
        """What the priced part of it came to."""
        return sum(each.cost_usd or 0.0 for each in self.usage)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """Models of which nothing has a price: the cost is at least this much more."""
        priced = {each.model for each in self.usage if each.cost_usd is not None}
        return tuple(sorted({each.model for each in self.usage} - priced))


class Diaries:
    """The diaries of all calls. Methods raise DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(
        self, call_id: str, numbered: Sequence[tuple[int, Entry]], used: Collection[Usage] = ()
    ) -> None:
        """Write entries with their numbers, and the newest usage, in one transaction.

        What has been written already is left as it is, so that writing again is harmless.
        """
        if not numbered and not used:
            return
        async with self._database.writing() as connection:
            for kind, table in _TABLE_OF.items():
                rows = [
                    {"call_id": call_id, "number": number, **_values(entry)}
                    for number, entry in numbered
                    if isinstance(entry, kind)
                ]
                if rows:
                    insert = self._database.insert(table).on_conflict_do_nothing()
                    await connection.execute(insert, rows)
            if used:
                insert = self._database.insert(usage)
                newest = insert.on_conflict_do_update(
                    index_elements=[usage.c.call_id, usage.c.provider, usage.c.model, usage.c.unit],
                    set_={
                        "amount": insert.excluded.amount,
                        "cost_usd": insert.excluded.cost_usd,
                    },
                )
                rows = [{"call_id": call_id, **_values(each)} for each in used]
                await connection.execute(newest, rows)

    async def note(self, call_id: str, event: Event) -> None:
        """Note what somebody outside did with a call; beside what its own process writes."""
        await self.write(call_id, [(-secrets.randbelow(2**31) - 1, event)])

    async def of(self, call_id: str) -> CallDiary:
        """The diary of one call; empty when nothing is kept of it."""
        async with self._database.reading() as connection:
            spoken = await connection.execute(
                select(turns).where(turns.c.call_id == call_id).order_by(turns.c.began_at)
            )
            happened = await connection.execute(
                select(events)
                .where(events.c.call_id == call_id)
                .order_by(events.c.at, events.c.number)
            )
            used = await connection.execute(
                select(usage)
                .where(usage.c.call_id == call_id)
                .order_by(usage.c.provider, usage.c.model, usage.c.unit)
            )
            return CallDiary(
                tuple(Turn(**_entry(row)) for row in spoken),
                tuple(Event(**_entry(row)) for row in happened),
                tuple(Usage(**_entry(row)) for row in used),
            )

    async def costs_of(self, call_ids: Collection[str]) -> dict[str, float]:
        """What each of these calls has cost so far, in USD; calls without a price are not in it."""
        if not call_ids:
            return {}
        sums = (
            select(usage.c.call_id, func.sum(usage.c.cost_usd).label("cost"))
            .where(usage.c.call_id.in_(call_ids), usage.c.cost_usd.is_not(None))
            .group_by(usage.c.call_id)
        )
        async with self._database.reading() as connection:
            return {row.call_id: float(row.cost) for row in await connection.execute(sums)}


def _values(entry: Entry) -> dict[str, Any]:
    """The columns of an entry; names that come from outside are cut to what a column holds."""
    values = asdict(entry)
    for name in ("provider", "model"):
        if name in values:
            values[name] = values[name][:100]
    return values


def _entry(row: Row[Any]) -> dict[str, Any]:
    columns = row._mapping.items()
    return {str(name): value for name, value in columns if name not in ("call_id", "number")}

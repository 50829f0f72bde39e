"""Taking what hangs on calls out of every table, however it came to that."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Table, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.diary.tables import TABLES, to_forget
from bot.records.memory.tables import TABLES as MEMORY
from bot.records.orders.tables import orders
from bot.records.outbox.table import letters
from bot.records.roster.tables import acts
from bot.records.table import calls
from bot.records.thread.tables import threads

# All that hangs on a call's id, and the call itself.
EVERYTHING = (*TABLES, letters, acts, threads, to_forget, orders, calls)


@dataclass(frozen=True)
class Forgotten:
    """How many rows went, by table, and how many files; and how many calls are in progress and
    stay for now.
    """

    rows: dict[str, int] = field(default_factory=dict)
    files: int = 0
    in_progress: int = 0

    @property
    def total(self) -> int:
        return sum(self.rows.values())


async def remove(
    connection: AsyncConnection, tables: Sequence[Table], call_ids: Collection[str]
) -> dict[str, int]:
    """Remove the rows of these calls; returns how many went from each table."""
    rows = dict.fromkeys((table.name for table in tables), 0)
    for table in tables:
        for part in parts(call_ids):
            gone = await connection.execute(delete(table).where(table.c.call_id.in_(part)))
            rows[table.name] += gone.rowcount
    return rows


async def remove_memory(
    connection: AsyncConnection, number: str, called: str | None = None
) -> dict[str, int]:
    """Remove what is remembered under `number`; with `called` of one person alone."""
    rows = {}
    for table in MEMORY:
        whose = table.c.number == number
        if called is not None:
            whose &= table.c.called == called
        rows[table.name] = (await connection.execute(delete(table).where(whose))).rowcount
    return rows


def parts(call_ids: Collection[str], size: int = 500) -> Iterator[list[str]]:
    """As many as one statement may name, again and again."""
    ids = sorted(call_ids)
    return (ids[start : start + size] for start in range(0, len(ids), size))

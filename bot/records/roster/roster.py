"""Writing and reading the roster."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, func, select

from bot.records.database import Database
from bot.records.roster.entries import Act, Acted, WorkerSeen
from bot.records.roster.tables import acts, workers


class Roster:
    """The workers, and the acts of the watches. Methods raise DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(self, worker: WorkerSeen) -> None:
        """A worker describes itself; what it said before is replaced."""
        row = asdict(worker)
        row["host"] = row["host"][:255]
        insert = self._database.insert(workers).values(row)
        newest = insert.on_conflict_do_update(index_elements=[workers.c.worker_id], set_=row)
        async with self._database.writing() as connection:
            await connection.execute(newest)

    async def leave(self, worker_id: str) -> None:
        """A worker that ends in order is not missed."""
        async with self._database.writing() as connection:
            await connection.execute(delete(workers).where(workers.c.worker_id == worker_id))

    async def workers(self, since: datetime) -> list[WorkerSeen]:
        """Who has described itself since, in the order in which they began."""
        seen = select(workers).where(workers.c.seen_at >= since).order_by(workers.c.started_at)
        async with self._database.reading() as connection:
            return [WorkerSeen(**row._mapping) for row in await connection.execute(seen)]

    async def note(self, done: Sequence[Acted]) -> None:
        """What a watch did."""
        async with self._database.writing() as connection:
            await connection.execute(acts.insert(), [asdict(each) for each in done])

    async def acts(self, limit: int) -> list[Acted]:
        """The newest acts."""
        newest = select(acts.c.act, acts.c.at, acts.c.call_id).order_by(
            acts.c.at.desc(), acts.c.number.desc()
        )
        async with self._database.reading() as connection:
            return [Acted(**row._mapping) for row in await connection.execute(newest.limit(limit))]

    async def counts(self, since: datetime) -> dict[Act, int]:
        """How often what was done since."""
        counted = select(acts.c.act, func.count()).where(acts.c.at >= since).group_by(acts.c.act)
        async with self._database.reading() as connection:
            return {row[0]: row[1] for row in await connection.execute(counted)}

    async def drop(self, before: datetime) -> None:
        """Forget acts, and workers that were never seen again."""
        async with self._database.writing() as connection:
            await connection.execute(delete(acts).where(acts.c.at < before))
            await connection.execute(delete(workers).where(workers.c.seen_at < before))

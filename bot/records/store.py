"""Where the calls are kept: one row per call, written by its process, closed exactly once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Select, case, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.records.database import create_engine, database_errors
from bot.records.record import CallRecord, EndReason
from bot.records.table import calls, from_row, to_row


class CallStore:
    """The call records. Methods raise DatabaseUnavailable when the database does not answer."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator[Self]:
        """The store at `url`. Connects at the first use, so that a call never waits for it."""
        engine = create_engine(url)
        try:
            yield cls(engine)
        finally:
            await engine.dispose()

    async def save(self, record: CallRecord) -> bool:
        """Write the whole record, new or known. False, and nothing written, if it was closed.

        That makes closing a race with one winner: saving a record with its end set closes it,
        and whoever comes later finds it closed.
        """
        row = to_row(record)
        insert = self._insert(calls).values(row)
        statement = insert.on_conflict_do_update(
            index_elements=[calls.c.call_id],
            set_={name: insert.excluded[name] for name in row if name != "call_id"},
            where=calls.c.ended_at.is_(None),
        )
        return await self._write(statement)

    async def close_if_open(
        self, call_id: str, end_reason: EndReason, ended_at: datetime, error: str | None = None
    ) -> bool:
        """End somebody else's call. False if it has ended already, or does not exist.

        Where its own process has left a reason, that reason stays.
        """
        word = calls.c.end_reason.type
        return await self._write(
            update(calls)
            .where(calls.c.call_id == call_id, calls.c.ended_at.is_(None))
            .values(
                end_reason=func.coalesce(calls.c.end_reason, literal(end_reason, word)),
                error=case((calls.c.end_reason.is_(None), error), else_=calls.c.error),
                ended_at=ended_at,
                lease_until=None,
            )
        )

    async def challenge(self, call_id: str, lease_until: datetime) -> bool:
        """Take the lease from a call that seems dead: a living one writes a new one at once.

        False, and nothing taken, if it has written since `lease_until` was read.
        """
        return await self._write(
            update(calls)
            .where(
                calls.c.call_id == call_id,
                calls.c.lease_until == lease_until,
                calls.c.ended_at.is_(None),
            )
            .values(lease_until=None)
        )

    async def get(self, call_id: str) -> CallRecord | None:
        found = await self._read(select(calls).where(calls.c.call_id == call_id))
        return found[0] if found else None

    async def recent(self, limit: int) -> list[CallRecord]:
        """The newest calls first."""
        return await self._read(select(calls).order_by(calls.c.started_at.desc()).limit(limit))

    async def open_calls(self) -> list[CallRecord]:
        """Every call without an end: in progress, or left behind by a process that died."""
        return await self._read(select(calls).where(calls.c.ended_at.is_(None)))

    async def _read(self, statement: Select[Any]) -> list[CallRecord]:
        with database_errors():
            async with self._engine.connect() as connection:
                return [from_row(row) for row in await connection.execute(statement)]

    async def _write(self, statement: Any) -> bool:
        with database_errors():
            async with self._engine.begin() as connection:
                result = await connection.execute(statement)
                return bool(result.rowcount)

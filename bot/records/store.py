"""Where the calls are kept: one row per call, written by its process, closed exactly once."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, literal, select, update

from bot.records.database import Database
from bot.records.outbox.table import letters, new_row
from bot.records.record import CallRecord, EndReason
from bot.records.table import calls, from_row, to_row


class CallStore:
    """The call records. Methods raise DatabaseUnavailable when the database does not answer.

    `announces`: whoever closes a record leaves a letter about it in the outbox, in one transaction.
    """

    def __init__(self, database: Database, *, announces: bool = False) -> None:
        self._database = database
        self._announces = announces

    async def save(self, record: CallRecord) -> bool:
        """Write the whole record, new or known. False, and nothing written, if it was closed, or
        another job has taken the call over.

        That makes closing a race with one winner: saving a record with its end set closes it,
        and whoever comes later finds it closed.
        """
        row = to_row(record)
        insert = self._database.insert(calls).values(row)
        statement = insert.on_conflict_do_update(
            index_elements=[calls.c.call_id],
            set_={name: insert.excluded[name] for name in row if name != "call_id"},
            where=calls.c.ended_at.is_(None)
            & calls.c.job_id.is_not_distinct_from(insert.excluded.job_id),
        )
        return await self._write(statement, record.call_id, record.ended_at)

    async def close_if_open(
        self, call_id: str, end_reason: EndReason, ended_at: datetime, error: str | None = None
    ) -> bool:
        """End somebody else's call. False if it has ended already, or does not exist.

        Where its own process has left a reason, that reason stays.
        """
        word = calls.c.end_reason.type
        statement = (
            update(calls)
            .where(calls.c.call_id == call_id, calls.c.ended_at.is_(None))
            .values(
                end_reason=func.coalesce(calls.c.end_reason, literal(end_reason, word)),
                error=case((calls.c.end_reason.is_(None), error), else_=calls.c.error),
                ended_at=ended_at,
                lease_until=None,
                speaking=None,
                speaking_since=None,
            )
        )
        return await self._write(statement, call_id, ended_at)

    async def challenge(self, call_id: str, lease_until: datetime) -> bool:
        """Take the lease from a call that seems dead: a living one writes a new one at once.

        False, and nothing taken, if it has written since `lease_until` was read.
        """
        return await self._database.write(
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

    async def of(self, call_ids: Collection[str]) -> dict[str, CallRecord]:
        """The records of these calls, as far as there are any."""
        found = await self._read(select(calls).where(calls.c.call_id.in_(call_ids)))
        return {record.call_id: record for record in found}

    async def recent(self, limit: int) -> list[CallRecord]:
        """The newest calls first."""
        return await self._read(select(calls).order_by(calls.c.started_at.desc()).limit(limit))

    async def open_calls(self) -> list[CallRecord]:
        """Every call without an end: in progress, or left behind by a process that died."""
        return await self._read(select(calls).where(calls.c.ended_at.is_(None)))

    async def _write(self, statement: Any, call_id: str, ended_at: datetime | None) -> bool:
        async with self._database.writing() as connection:
            result = await connection.execute(statement)
            if result.rowcount and ended_at is not None and self._announces:
                letter = self._database.insert(letters).values(new_row(call_id, ended_at))
                await connection.execute(letter.on_conflict_do_nothing())
            return bool(result.rowcount)

    async def _read(self, statement: Select[Any]) -> list[CallRecord]:
        async with self._database.reading() as connection:
            return [from_row(row) for row in await connection.execute(statement)]

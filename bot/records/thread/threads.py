"""Keeping threads, and passing a call from one process to another so that one has it at a time.

`calls.job_id` says whose a call is. Whoever finds its process dead puts a ticket there, once, by
comparing and setting; the job that shows this ticket puts itself there. A process whose name does
not stand there any more can write no record (`CallStore.save`), and leaves.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update

from bot.records.database import Database
from bot.records.record import CallRecord
from bot.records.table import calls
from bot.records.thread.entries import Thread
from bot.records.thread.tables import broke_off_since, threads

_TICKET = "takeover-"


def is_ticket(job_id: str | None) -> bool:
    """Whether a call has no process now, and one was asked to take it over."""
    return job_id is not None and job_id.startswith(_TICKET)


class Threads:
    """The threads of calls in progress. Methods raise DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, record: CallRecord, thread: Thread, now: datetime) -> None:
        """Write where the conversation of this call stands, if it is still this process's."""
        row = {"updated_at": now, "state": thread.to_text()}
        owner = select(calls.c.job_id).where(calls.c.call_id == record.call_id).scalar_subquery()
        insert = self._database.insert(threads).values(call_id=record.call_id, deaths=0, **row)
        newest = insert.on_conflict_do_update(
            index_elements=[threads.c.call_id], set_=row, where=owner == record.job_id
        )
        await self._database.write(newest)

    async def of(self, call_id: str) -> Thread | None:
        """Where this call stands; None when nothing is kept of it."""
        found = select(threads.c.state, threads.c.deaths).where(threads.c.call_id == call_id)
        async with self._database.reading() as connection:
            row = (await connection.execute(found)).first()
        return None if row is None else Thread.of_text(row.state, row.deaths)

    async def ask(self, call: CallRecord, *, is_certain: bool = False) -> str | None:
        """Take the call from the process that is named in `call`; the ticket for its next one.

        None, and nothing done, when somebody else has done so, or the call has ended. Unless its
        death `is_certain`, also when it has written since its lease was taken. A ticket that is
        replaced by another one is no death.
        """
        ticket = f"{_TICKET}{secrets.token_hex(8)}"
        conditions = [
            calls.c.call_id == call.call_id,
            calls.c.job_id == call.job_id,
            calls.c.ended_at.is_(None),
            calls.c.end_reason.is_(None),
        ]
        if not is_certain:
            conditions.append(calls.c.lease_until.is_(None))
        asked = update(calls).where(*conditions).values(job_id=ticket, lease_until=None)
        died = update(threads).where(threads.c.call_id == call.call_id)
        async with self._database.writing(durable=True) as connection:
            if not (await connection.execute(asked)).rowcount:
                return None
            if not is_ticket(call.job_id):
                await connection.execute(died.values(deaths=threads.c.deaths + 1))
        return ticket

    async def take(self, call_id: str, ticket: str, job_id: str) -> bool:
        """The job has come for the call with this ticket. False if it is somebody else's by now."""
        mine = (calls.c.call_id == call_id) & (calls.c.job_id == ticket)
        return await self._database.write(
            update(calls).where(mine, calls.c.ended_at.is_(None)).values(job_id=job_id),
            durable=True,
        )

    async def settle(self, call_id: str, thread: Thread, now: datetime) -> bool:
        """Write for the last time where the conversation stood. False if the thread is in other
        hands by now, or was never kept.
        """
        state = {"updated_at": now, "state": thread.to_text()}
        return await self._database.write(
            update(threads).where(threads.c.call_id == call_id).values(state)
        )

    async def drop(self, call_id: str) -> None:
        """The call is over."""
        async with self._database.writing() as connection:
            await connection.execute(delete(threads).where(threads.c.call_id == call_id))
        await self._database.empty_log()

    async def sweep(self, now: datetime, keep: timedelta) -> int:
        """Remove what calls have left that are over; returns how many.

        A story that broke off is left for as long as `keep`.
        """
        is_open = exists().where(calls.c.call_id == threads.c.call_id, calls.c.ended_at.is_(None))
        old = delete(threads).where(~is_open, ~broke_off_since(now - keep))
        async with self._database.writing() as connection:
            swept = (await connection.execute(old)).rowcount
        if swept:
            await self._database.empty_log()
        return swept

"""Stories that broke off: kept for some minutes, for a caller who rings again.

The thread of the call is what is kept. Whoever goes on with it takes it over into a call of their
own, by one conditional write: of two calls at once one gets it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select, update

from bot.records.database import Database
from bot.records.table import calls, theirs
from bot.records.thread.entries import Thread
from bot.records.thread.tables import broke_off_since, threads


@dataclass(frozen=True)
class Unfinished:
    """A story, and the call in which it broke off."""

    call_id: str
    thread: Thread


class UnfinishedStories:
    """The stories that may be gone on with. Methods raise DatabaseUnavailable.

    `keep`: how long after its call a story may be gone on with; a zero one means never.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, call_id: str, now: datetime, keep: timedelta) -> Thread | None:
        """The story that broke off in this call. It is still anybody's."""
        found = await self._read(threads.c.call_id == call_id, now - keep)
        return found[0].thread if found else None

    async def find_newest(self, number: str, now: datetime, keep: timedelta) -> Unfinished | None:
        """The newest story that broke off in a call with `number`. It is still anybody's."""
        return next(iter(await self._read(theirs(number), now - keep)), None)

    async def take(
        self, call_id: str, by: str, now: datetime, keep: timedelta
    ) -> Unfinished | None:
        """Take the story that broke off in this call into the call `by`."""
        found = await self._read(threads.c.call_id == call_id, now - keep)
        return await self._take_first(found, by, now, keep)

    async def take_newest(
        self, number: str, by: str, now: datetime, keep: timedelta
    ) -> Unfinished | None:
        """Take the newest story that broke off in a call with `number` into the call `by`."""
        return await self._take_first(await self._read(theirs(number), now - keep), by, now, keep)

    async def _read(self, which: ColumnElement[bool], since: datetime) -> list[Unfinished]:
        found = (
            select(threads.c.call_id, threads.c.state, threads.c.deaths)
            .join(calls, calls.c.call_id == threads.c.call_id)
            .where(which, broke_off_since(since))
            .order_by(calls.c.ended_at.desc())
        )
        async with self._database.reading() as connection:
            read = [
                Unfinished(row.call_id, Thread.of_text(row.state, row.deaths))
                for row in await connection.execute(found)
            ]
        return [each for each in read if each.thread.is_unfinished]

    async def _take_first(
        self, found: Sequence[Unfinished], by: str, now: datetime, keep: timedelta
    ) -> Unfinished | None:
        for story in found:
            takes = (
                update(threads)
                .where(threads.c.call_id == story.call_id, broke_off_since(now - keep))
                .values(call_id=by, deaths=0, updated_at=now)
            )
            # A call that has been talked in has a thread of its own by now.
            own = delete(threads).where(threads.c.call_id == by)
            async with self._database.writing() as connection:
                await connection.execute(own)
                if (await connection.execute(takes)).rowcount:
                    return story
        return None

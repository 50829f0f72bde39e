"""The letters that wait, and who takes which: of several workers one sends a letter at a time."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, update

from bot.records.database import Database
from bot.records.outbox.letter import Letter, LetterState
from bot.records.outbox.table import letters


class Outbox:
    """Methods raise DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, now: datetime, limit: int) -> list[Letter]:
        """The letters to be sent now, in the order in which their calls ended."""
        is_due = (letters.c.state == LetterState.WAITING) & (letters.c.next_at <= now)
        return await self._read(
            select(letters).where(is_due).order_by(letters.c.written_at).limit(limit)
        )

    async def claim(self, letter: Letter, now: datetime, for_s: float) -> bool:
        """Take the letter for so long; False if somebody else has. Who dies leaves it to others."""
        return await self._database.write(
            update(letters)
            .where(
                letters.c.call_id == letter.call_id,
                letters.c.state == LetterState.WAITING,
                letters.c.next_at == letter.next_at,
            )
            .values(next_at=now + timedelta(seconds=for_s), attempts=letters.c.attempts + 1),
            durable=True,
        )

    async def taken(self, call_id: str, now: datetime, answer: str) -> None:
        """The other side has it."""
        await self._set(call_id, state=LetterState.TAKEN, taken_at=now, last_answer=answer)

    async def refused(self, call_id: str, next_at: datetime | None, answer: str) -> None:
        """Not taken: try again at `next_at`, or never when that is None."""
        if next_at is None:
            await self._set(call_id, state=LetterState.GIVEN_UP, last_answer=answer)
        else:
            await self._set(call_id, next_at=next_at, last_answer=answer)

    async def send_again(self, call_id: str, now: datetime) -> bool:
        """Send a letter anew, with the id that it had. False if there is none."""
        return await self._database.write(
            update(letters)
            .where(letters.c.call_id == call_id)
            .values(state=LetterState.WAITING, written_at=now, next_at=now, attempts=0),
            durable=True,
        )

    async def get(self, call_id: str) -> Letter | None:
        found = await self._read(select(letters).where(letters.c.call_id == call_id))
        return found[0] if found else None

    async def recent(self, limit: int, state: LetterState | None = None) -> list[Letter]:
        """The newest letters first."""
        statement = select(letters).order_by(letters.c.written_at.desc()).limit(limit)
        return await self._read(statement if state is None else statement.where(_is(state)))

    async def waiting(self) -> int:
        """How many letters are not taken yet."""
        statement = select(func.count()).select_from(letters).where(_is(LetterState.WAITING))
        async with self._database.reading() as connection:
            return await connection.scalar(statement) or 0

    async def _set(self, call_id: str, **changes: Any) -> None:
        statement = update(letters).where(letters.c.call_id == call_id).values(changes)
        await self._database.write(statement, durable=True)

    async def _read(self, statement: Select[Any]) -> list[Letter]:
        async with self._database.reading() as connection:
            return [Letter(**row._mapping) for row in await connection.execute(statement)]


def _is(state: LetterState) -> Any:
    return letters.c.state == state

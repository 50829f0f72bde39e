"""Where callers are remembered."""

from datetime import datetime

from sqlalchemy import and_, delete, exists, select

from bot.records.database import Database
from bot.records.memory.remembered import Remembered, ToldStory
from bot.records.memory.tables import callers, stories


class Memories:
    """Who said yes, by number. Methods raise DatabaseUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, number: str) -> tuple[Remembered, ...]:
        """Everybody who is remembered under this number, whoever called last first."""
        people = select(callers).where(callers.c.number == number)
        told = select(stories).where(stories.c.number == number).order_by(stories.c.told_at)
        async with self._database.reading() as connection:
            rows = (await connection.execute(people.order_by(callers.c.heard_at.desc()))).all()
            if not rows:
                return ()
            by_name: dict[str, list[ToldStory]] = {row.called: [] for row in rows}
            for row in await connection.execute(told):
                story = ToldStory(premise=row.premise, line=row.line, told_at=row.told_at)
                by_name.get(row.called, []).append(story)
        return tuple(Remembered(**row._mapping, told=tuple(by_name[row.called])) for row in rows)

    async def keep(self, caller: Remembered) -> None:
        """Remember `caller` with the stories given, beside those that are known already."""
        who = {"number": caller.number, "called": caller.called}
        facts = {"name": caller.name, "location": caller.location, "heard_at": caller.heard_at}
        # Who does not tell a place this time has not taken it back.
        told_facts = {name: value for name, value in facts.items() if value}
        person = self._database.insert(callers).values(**who, **facts)
        async with self._database.writing(durable=True) as connection:
            await connection.execute(
                person.on_conflict_do_update(index_elements=[*callers.primary_key], set_=told_facts)
            )
            for story in caller.told:
                newest = {"line": story.line, "told_at": story.told_at}
                told = self._database.insert(stories).values(**who, premise=story.premise, **newest)
                await connection.execute(
                    told.on_conflict_do_update(index_elements=[*stories.primary_key], set_=newest)
                )

    async def drop(self, before: datetime) -> int:
        """Forget whoever was heard of last before; returns how many people."""
        theirs = and_(stories.c.number == callers.c.number, stories.c.called == callers.c.called)
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(callers).where(callers.c.heard_at < before))
            if gone.rowcount:
                await connection.execute(delete(stories).where(~exists().where(theirs)))
        if gone.rowcount:
            await self._database.empty_log()
        return gone.rowcount

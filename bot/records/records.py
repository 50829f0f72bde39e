"""Everything that is kept, in one database and through one engine."""

from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.records.database import PATIENCE_S, Database, create_engine
from bot.records.diary.diaries import Diaries
from bot.records.diary.forgetting import Forgetting
from bot.records.diary.wishes import Wishes
from bot.records.limits.gate import Gate
from bot.records.memory import Memories
from bot.records.migrate import check_tables
from bot.records.orders.ledger import Ledger
from bot.records.outbox.outbox import Outbox
from bot.records.roster import Roster
from bot.records.store import CallStore
from bot.records.survey.survey import Survey
from bot.records.thread import Threads, UnfinishedStories


class Records:
    """`calls` that were made or taken, the `gate` that lets them in, and `orders` for calls with
    the do-not-call list; `diaries` of what happened in the calls, `memories` of callers who said
    yes, `forgetting` of what must not be kept, `wishes` of callers to be forgotten, `survey` for
    whoever looks over many calls, the `roster` of workers and watches, `threads` by which another
    process goes on with a call, and the `unfinished` stories by which another call does.
    """

    def __init__(self, engine: AsyncEngine, *, announces: bool = False) -> None:
        self._engine = engine
        database = Database(engine)
        self.is_file = not database.is_postgresql
        self.calls = CallStore(database, announces=announces)
        self.gate = Gate(database)
        self.orders = Ledger(database)
        self.diaries = Diaries(database)
        self.forgetting = Forgetting(database)
        self.memories = Memories(database)
        self.wishes = Wishes(database)
        self.survey = Survey(database)
        self.outbox = Outbox(database)
        self.roster = Roster(database)
        self.threads = Threads(database)
        self.unfinished = UnfinishedStories(database)

    @classmethod
    def open(cls, url: str, *, patience_s: float = PATIENCE_S, announces: bool = False) -> Self:
        """`async with Records.open(url) as records:` the records in the database at `url`.

        Connects at the first use, so that a call never waits for it. `patience_s`: the longest
        wait for a lock or an answer. `announces`: calls that end are told to another system.
        """
        return cls(create_engine(url, patience_s=patience_s), announces=announces)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.disconnect()

    async def disconnect(self) -> None:
        """Close every connection; whoever asks again connects again, also in another event loop."""
        await self._engine.dispose()

    async def check_tables(self) -> None:
        """Whether the tables are there; changes nothing. For commands, which never migrate.

        Raises SchemaError, which says what to do, or DatabaseUnavailable.
        """
        await check_tables(self._engine)

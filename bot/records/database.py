"""The database of a process: one engine, tuned for its kind, and how it is read and written."""

import asyncio
import traceback
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from sqlalchemy import Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.database_url import async_url, split_pooler
from bot.records.errors import DatabaseUnavailable, RecordsError

# A call waits for its database in the background; what is not through by then is tried again.
PATIENCE_S = 3.0
# Behind a pooler the next transaction may be on another connection, which knows nothing of what the
# last one prepared, and everything that somebody else did.
_WITHOUT_SESSION: Mapping[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: f"__{uuid.uuid4()}__",
}
# Any number will do, as long as nobody else in the same database uses it.
_ADVISORY_LOCK = 0x53544F5245


class Database:
    """Reading and writing through one engine. Every error leaves as DatabaseUnavailable."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.is_postgresql = engine.dialect.name == "postgresql"

    def insert(self, table: Table) -> "postgresql.Insert | sqlite.Insert":
        """An INSERT that may say what happens on a conflict."""
        return postgresql.insert(table) if self.is_postgresql else sqlite.insert(table)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that is only read from."""
        with database_errors():
            async with self._engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def writing(
        self, *, durable: bool = False, alone: bool = False
    ) -> AsyncIterator[AsyncConnection]:
        """A transaction, committed at the end of the block.

        `durable`: it is on the disk then, and a power cut cannot take it back. PostgreSQL always
        does that; SQLite, together with its write-ahead log, only when told to: without, a power
        cut may lose the last writes (a beat of a call), never the file.
        `alone`: no other transaction of this kind overlaps it, in whatever process.
        """
        with database_errors():
            async with self._engine.begin() as connection:
                if not self.is_postgresql:
                    level = "FULL" if durable else "NORMAL"
                    await connection.exec_driver_sql(f"PRAGMA synchronous = {level}")
                if alone:
                    await self._lock(connection)
                yield connection

    async def write(self, statement: Any, *, durable: bool = False) -> bool:
        """One statement in a transaction; whether it changed anything."""
        async with self.writing(durable=durable) as connection:
            result = await connection.execute(statement)
            return bool(result.rowcount)

    async def empty_log(self) -> None:
        """Bring what SQLite's write-ahead log holds into the file, and the log to nothing: what was
        deleted is still in its old pages. As far as nobody else is reading just now.
        """
        if self.is_postgresql:
            return
        with database_errors():
            async with self._engine.connect() as connection:
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def _lock(self, connection: AsyncConnection) -> None:
        if self.is_postgresql:
            lock = text("SELECT pg_advisory_xact_lock(:key)")
            await connection.execute(lock, {"key": _ADVISORY_LOCK})
        else:
            # The driver begins by itself only at the first write: too late.
            await connection.exec_driver_sql("BEGIN IMMEDIATE")


def create_engine(url: str, *, patience_s: float = PATIENCE_S) -> AsyncEngine:
    """An engine for `url`; connects on first use. `patience_s`: longest wait for a lock or answer.

    A call's process needs one connection most of the time, so a hundred calls stay within what
    PostgreSQL accepts by default.
    """
    url, is_pooled = split_pooler(async_url(url))
    if url.startswith("postgresql"):
        return create_async_engine(
            url,
            pool_size=1,
            max_overflow=4,
            pool_timeout=patience_s,
            pool_pre_ping=True,
            # Whoever waited for the lock must see what its last holder wrote.
            isolation_level="READ COMMITTED",
            # After a failover a connection may be left on a server that only reads: find another.
            pool_recycle=60,
            # Error texts would carry the caller's numbers.
            hide_parameters=True,
            connect_args={
                "timeout": patience_s,
                "command_timeout": patience_s,
                "target_session_attrs": "read-write",
                **(_WITHOUT_SESSION if is_pooled else {}),
            },
        )
    engine = create_async_engine(url, pool_timeout=patience_s, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _tune_sqlite(patience_s))
    return engine


def _tune_sqlite(patience_s: float) -> Any:
    def on_connect(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(patience_s * 1000)}")
        cursor.execute("PRAGMA foreign_keys = ON")
        # What is deleted is overwritten: it would stay readable in the file's free pages.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    return on_connect


@contextmanager
def database_errors() -> Iterator[None]:
    """Whatever the drivers raise leaves as DatabaseUnavailable, without address or values."""
    try:
        yield
    except RecordsError:
        raise
    except asyncio.CancelledError as cancelled:
        _let_go(cancelled)
        raise
    # The edge of a foreign house: what asyncpg raises while connecting (wrong password, too many
    # clients) is not wrapped by SQLAlchemy, and none of it may end a call.
    except Exception as error:
        cause = getattr(error, "orig", None) or error
        raise DatabaseUnavailable(f"{type(cause).__name__}: {cause}") from error


def _let_go(cancelled: BaseException) -> None:
    """Let go what a cancelled statement still holds in the frames that it was cancelled in.

    A cursor of SQLite's keeps its snapshot until the garbage is collected, and whoever empties the
    log waits for it with the lock of all writers: for 3 s each time no call could write.
    """
    error: BaseException | None = cancelled
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__

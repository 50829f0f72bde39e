"""The connection to the database: one engine per process, tuned for its kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.records.errors import DatabaseUnavailable, RecordsError
from bot.records.url import async_url

# A call waits for its database in the background; what is not through by then is tried again.
_PATIENCE_S = 3.0


def create_engine(url: str, *, patience_s: float = _PATIENCE_S) -> AsyncEngine:
    """An engine for `url`; connects on first use. `patience_s`: longest wait for a lock or answer.

    One connection is enough for one call's process, and a hundred calls stay within what
    PostgreSQL accepts by default.
    """
    url = async_url(url)
    if url.startswith("postgresql"):
        return create_async_engine(
            url,
            pool_size=1,
            max_overflow=4,
            pool_timeout=patience_s,
            pool_pre_ping=True,
            # Error texts would carry the caller's numbers.
            hide_parameters=True,
            connect_args={"timeout": patience_s, "command_timeout": patience_s},
        )
    engine = create_async_engine(url, pool_timeout=patience_s, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _tune_sqlite(patience_s))
    return engine


def _tune_sqlite(patience_s: float) -> Any:
    def on_connect(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(patience_s * 1000)}")
        cursor.execute("PRAGMA foreign_keys = ON")
        # Safe together with WAL: a power cut may lose the last beat, never the file.
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.close()

    return on_connect


@contextmanager
def database_errors() -> Iterator[None]:
    """Whatever the drivers raise leaves as DatabaseUnavailable, without address or values."""
    try:
        yield
    except RecordsError:
        raise
    # The edge of a foreign house: what asyncpg raises while connecting (wrong password, too many
    # clients) is not wrapped by SQLAlchemy, and none of it may end a call.
    except Exception as error:
        cause = getattr(error, "orig", None) or error
        raise DatabaseUnavailable(f"{type(cause).__name__}: {cause}") from error

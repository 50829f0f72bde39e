"""Bring the database's tables to what this program knows. Safe to run in many processes at once."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.records.database import create_engine, database_errors
from bot.records.errors import SchemaError

_SCRIPTS = Path(__file__).with_name("migrations")
# Any number will do, as long as nobody else in the same database uses it.
_ADVISORY_LOCK = 0x53544F5259
# Several workers start together after a deployment: the last one waits for all the others.
_PATIENCE_S = 30.0


async def migrate(database_url: str) -> None:
    """Create or upgrade the tables, in one transaction that other processes wait for.

    Raises DatabaseUnavailable, or SchemaError when a newer program has been here.
    """
    engine = create_engine(database_url, patience_s=_PATIENCE_S)
    try:
        with database_errors():
            if engine.dialect.name == "sqlite":
                await _prepare_sqlite(engine)
            async with engine.begin() as connection:
                if engine.dialect.name == "postgresql":
                    await connection.execute(
                        text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK}
                    )
                await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise SchemaError(
            f"the database was made by another version of this program ({error}): "
            "run that version, or use another DATABASE_URL"
        ) from error


async def _prepare_sqlite(engine: AsyncEngine) -> None:
    """Write-ahead log, so that readers never wait for writers; and one migration at a time.

    The driver would commit every CREATE TABLE by itself: it is told to leave transactions alone,
    and the whole upgrade runs under the write lock from its first statement.
    """
    async with engine.connect() as connection:
        await connection.execute(text("PRAGMA journal_mode = WAL"))

    @event.listens_for(engine.sync_engine, "connect")
    def leave_transactions_alone(connection: Any, _: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine.sync_engine, "begin")
    def lock(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    await engine.dispose()  # the next connection is made with the listeners

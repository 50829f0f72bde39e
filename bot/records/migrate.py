"""Bring the database's tables to what this program knows. Safe to run in many processes at once.

Migrations only ever add: a program of the last release goes on working beside this one, and after
a roll-back. One that the last release could not live with begins a new hundred ("0100").
"""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.records.database import create_engine, database_errors
from bot.records.errors import SchemaError

_SCRIPTS = Path(__file__).with_name("migrations")
# Any number will do, as long as nobody else in the same database uses it.
_ADVISORY_LOCK = 0x53544F5259
# Several workers start together after a deployment: the last one waits for all the others.
_PATIENCE_S = 30.0
# The digits of a revision that every revision which we can live with has in common with ours.
_GENERATION = 2

_OTHER_VERSION = (
    "the database was made by another version of this program ({}): "
    "run that version, or use another DATABASE_URL"
)
_MISSING = "the database has no tables yet: start a worker, or run `python -m bot migrate`"
_OLDER = (
    "the database is older than this program (it has {}, we need {}): "
    "start a worker of this version, or run `python -m bot migrate`"
)


async def migrate(database_url: str) -> None:
    """Create or upgrade the tables, in one transaction that other processes wait for.

    A database that a somewhat newer program has upgraded is left as it is. Raises
    DatabaseUnavailable, or SchemaError when we could not live with its tables.
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


async def check_tables(engine: AsyncEngine) -> None:
    """Whether the tables are there; changes nothing.

    Raises SchemaError, which says what to do, or DatabaseUnavailable.
    """
    if not _exists(engine):
        raise SchemaError(_MISSING)
    with database_errors():
        async with engine.connect() as connection:
            found = await connection.run_sync(_revision)
    ours = _head(_config())
    if found is None:
        raise SchemaError(_MISSING)
    if found != ours and not _is_newer_but_fits(found, ours):
        older = found in _known(_config())
        raise SchemaError(_OLDER.format(found, ours) if older else _OTHER_VERSION.format(found))


def _exists(engine: AsyncEngine) -> bool:
    """False for an SQLite file that is not there: looking into it would make it."""
    file = _file_of(engine)
    return file is None or file.exists()


def _file_of(engine: AsyncEngine) -> Path | None:
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name.startswith(("file:", ":memory:")):
        return None
    return Path(name)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def _head(config: Config) -> str:
    return str(ScriptDirectory.from_config(config).get_current_head())


def _known(config: Config) -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_newer_but_fits(found: str, ours: str) -> bool:
    return found > ours and found[:_GENERATION] == ours[:_GENERATION]


def _upgrade(connection: Connection) -> None:
    config = _config()
    found, ours = _revision(connection), _head(config)
    if found is not None and found not in _known(config):
        if _is_newer_but_fits(found, ours):
            return
        raise SchemaError(_OTHER_VERSION.format(found))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


async def _prepare_sqlite(engine: AsyncEngine) -> None:
    """Write-ahead log, so that readers never wait for writers; and one migration at a time.

    The driver would commit every CREATE TABLE by itself: it is told to leave transactions alone,
    and the whole upgrade runs under the write lock from its first statement.
    """
    if (file := _file_of(engine)) is not None:
        # For its owner alone: it holds numbers and names. SQLite's files beside it get the same.
        file.touch(mode=0o600)
    async with engine.connect() as connection:
        await connection.execute(text("PRAGMA journal_mode = WAL"))

    @event.listens_for(engine.sync_engine, "connect")
    def leave_transactions_alone(connection: Any, _: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine.sync_engine, "begin")
    def lock(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    await engine.dispose()  # the next connection is made with the listeners

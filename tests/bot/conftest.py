"""Databases for the tests of the records."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.records import CallStore, Ledger, Records, migrate
from tests.bot.records import postgres

SQLITE = "sqlite+aiosqlite:///"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database without tables: SQLite, unless `EVERY_DATABASE` says more."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield f"{SQLITE}{tmp_path}/calls.db"
        return
    url = await postgres.create_database(request.getfixturevalue("postgres_server"))
    yield url
    await postgres.drop_database(url)


@pytest.fixture(scope="session")
async def fresh_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with the tables of today, to copy: they are made only once."""
    path = tmp_path_factory.mktemp("fresh") / "calls.db"
    await migrate(f"{SQLITE}{path}")
    return path


@pytest.fixture
async def database(empty_database: str, fresh_file: Path) -> str:
    """The address of a database with the tables of today."""
    if empty_database.startswith(SQLITE):
        shutil.copy(fresh_file, empty_database.removeprefix(SQLITE))
    else:
        await migrate(empty_database)
    return empty_database


@pytest.fixture
async def records(database: str) -> AsyncIterator[Records]:
    async with Records.open(database) as records:
        yield records


@pytest.fixture
def store(records: Records) -> CallStore:
    return records.calls


@pytest.fixture
def ledger(records: Records) -> Ledger:
    return records.orders

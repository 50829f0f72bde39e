"""A desk without LiveKit: real pages, real records, doors that only note who knocked."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.records import Records, migrate
from tests.desk.desks import ADesk


@pytest.fixture(scope="session")
async def empty_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables, to be copied: making them takes longer than a test."""
    folder = tmp_path_factory.mktemp("desk")
    await migrate(f"sqlite+aiosqlite:///{folder}/calls.db")
    return folder


@pytest.fixture
async def records(empty_records: Path, tmp_path: Path) -> AsyncIterator[Records]:
    shutil.copytree(empty_records, tmp_path, dirs_exist_ok=True)
    async with Records.open(f"sqlite+aiosqlite:///{tmp_path}/calls.db") as records:
        yield records


@pytest.fixture
async def desk(records: Records) -> AsyncIterator[ADesk]:
    """A desk on this machine, without a password."""
    async with ADesk(records) as desk:
        yield desk

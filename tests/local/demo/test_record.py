from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.records import migrate
from local.demo import record as record_module
from local.demo.record import Record, wait_closed

pytestmark = pytest.mark.unit


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    path = tmp_path / "calls.db"
    await migrate(f"sqlite+aiosqlite:///{path}")
    return path


def insert(database: Path, call_id: str, started_at: str, ended_at: str | None) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO calls (call_id, direction, room_name, started_at, ended_at, end_reason,"
            " agent_reached, turns) VALUES (?, 'inbound', ?, ?, ?, ?, 'story', 4)",
            (call_id, call_id, started_at, ended_at, "story_finished" if ended_at else None),
        )


async def test_the_newest_closed_call_of_the_products_own_table_is_read(database: Path) -> None:
    insert(database, "1", "2026-01-01 10:00:00", "2026-01-01 10:01:00")

    assert await wait_closed(database) == Record("story_finished", "story", 4, None)


async def test_a_call_that_stays_open_gives_no_record(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_module, "POLLS", 1)
    insert(database, "1", "2026-01-01 10:00:00", None)

    assert await wait_closed(database) is None

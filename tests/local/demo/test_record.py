import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.records import migrate
from local.demo import record as record_module
from local.demo.record import Record, wait_closed
from local.stack.environment import clean_environment

pytestmark = [pytest.mark.unit, pytest.mark.process]


@pytest.fixture
async def database(tmp_path: Path) -> Path:
    path = tmp_path / "calls.db"
    await migrate(f"sqlite+aiosqlite:///{path}")
    return path


def env_of(database: Path) -> dict[str, str]:
    return clean_environment() | {
        "DATABASE_URL": f"sqlite+aiosqlite:///{database}",
        "LIVEKIT_URL": "ws://127.0.0.1:9",
        "LIVEKIT_API_KEY": "key",
        "LIVEKIT_API_SECRET": "secret",
        "OPENAI_API_KEY": "local",
        "DEEPGRAM_API_KEY": "local",
    }


def insert(database: Path, call_id: str, started_at: str, ended_at: str | None) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "INSERT INTO calls (call_id, direction, room_name, started_at, ended_at, end_reason,"
            " agent_reached, turns) VALUES (?, 'inbound', ?, ?, ?, ?, 'story', 4)",
            (call_id, call_id, started_at, ended_at, "story_finished" if ended_at else None),
        )


async def test_the_products_own_command_tells_the_newest_closed_call(database: Path) -> None:
    insert(database, "1", "2026-01-01 10:00:00", "2026-01-01 10:01:00")

    assert await wait_closed(env_of(database)) == Record("story_finished", "story", 4, None, "1")


async def test_a_call_that_stays_open_gives_no_record(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert(database, "1", "2026-01-01 10:00:00", None)
    monkeypatch.setattr(record_module, "RECORD_LIMIT_S", 3.0)

    assert await wait_closed(env_of(database)) is None

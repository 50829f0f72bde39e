"""`python -m bot.records last`: the newest call, for a person or a program."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.records import AgentReached, CallRecord, Direction, EndReason, Records, migrate
from bot.records.__main__ import app

pytestmark = pytest.mark.unit

FINISHED = CallRecord(
    call_id="c1",
    direction=Direction.INBOUND,
    room_name="story-+12025550123",
    from_number="+12025550123",
    started_at=datetime(2026, 1, 1, 10, tzinfo=UTC),
    ended_at=datetime(2026, 1, 1, 10, 2, tzinfo=UTC),
    end_reason=EndReason.STORY_FINISHED,
    agent_reached=AgentReached.STORY,
    turns=6,
)


def environment(database: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite+aiosqlite:///{database}",
        "LIVEKIT_URL": "ws://127.0.0.1:9",
        "LIVEKIT_API_KEY": "key",
        "LIVEKIT_API_SECRET": "secret",
        "OPENAI_API_KEY": "k",
        "DEEPGRAM_API_KEY": "k",
    }


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    env = environment(tmp_path / "calls.db")
    asyncio.run(migrate(env["DATABASE_URL"]))
    return env


async def save(env: dict[str, str], record: CallRecord) -> None:
    async with Records.open(env["DATABASE_URL"]) as records:
        assert await records.calls.save(record)


def test_json_has_every_field_but_the_numbers(env: dict[str, str]) -> None:
    asyncio.run(save(env, FINISHED))
    result = CliRunner().invoke(app, ["last", "--json"], env=env)

    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "call_id": "c1",
        "direction": "inbound",
        "started_at": "2026-01-01T10:00:00+00:00",
        "answered_at": None,
        "ended_at": "2026-01-01T10:02:00+00:00",
        "end_reason": "story_finished",
        "agent_reached": "story",
        "turns": 6,
        "error": None,
        "cost_usd": None,
        "without_price": None,
    }


def test_a_person_reads_a_line_for_each_field(env: dict[str, str]) -> None:
    asyncio.run(save(env, FINISHED))
    result = CliRunner().invoke(app, ["last"], env=env)

    assert "end_reason     story_finished" in result.stdout.splitlines()
    assert "error          -" in result.stdout.splitlines()
    assert "2025550123" not in result.stdout


def test_that_there_is_no_call_is_said(env: dict[str, str]) -> None:
    result = CliRunner().invoke(app, ["last"], env=env)

    assert (result.exit_code, result.stderr) == (1, "There is no call yet.\n")


def test_unusable_settings_are_said() -> None:
    result = CliRunner().invoke(app, ["last"], env={"LIVEKIT_URL": ""})
    assert result.exit_code == 2
    assert "LIVEKIT_URL is not set" in result.stderr

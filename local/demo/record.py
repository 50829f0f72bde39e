"""The row that the worker wrote about the call, read from its SQLite file."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

RECORD_LIMIT_S = 10.0
POLL_S = 0.1
POLLS = round(RECORD_LIMIT_S / POLL_S)


@dataclass(frozen=True)
class Record:
    """What the product remembers of a call that is over."""

    end_reason: str
    agent_reached: str
    turns: int
    error: str | None


async def wait_closed(database: Path) -> Record | None:
    """The newest call's record once it is closed; None when that does not happen in time."""
    for _ in range(POLLS):
        record = await asyncio.to_thread(_newest_closed, database)
        if record is not None:
            return record
        await asyncio.sleep(POLL_S)
    return None


def _newest_closed(database: Path) -> Record | None:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        row = connection.execute(
            "SELECT end_reason, agent_reached, turns, error FROM calls"
            " WHERE ended_at IS NOT NULL ORDER BY started_at DESC LIMIT 1"
        ).fetchone()
    return None if row is None else Record(*row)

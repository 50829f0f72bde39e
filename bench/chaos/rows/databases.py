"""The database of the records: locked, gone, away."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bench.chaos.fault import FINISHED, Fault, ends
from bench.chaos.scene import Scene
from bench.chaos.seen import Promise
from bot.database_url import async_url

_LOCKED_S = 30.0
_LOCKED_AFTER_S = 14.0


async def _database_locked(scene: Scene) -> None:
    scene.happens_now()
    with closing(sqlite3.connect(scene.stack.database_path, timeout=5.0)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(_LOCKED_S)
        connection.rollback()
    await scene.talk_to_the_end()


async def _locked_at_the_end(scene: Scene) -> None:
    """From the caller's last words until the call has been over for a while."""
    await scene.phone.wait_for_silence(1.5, 60.0)
    scene.happens_now()
    with closing(sqlite3.connect(scene.stack.database_path, timeout=5.0)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        await scene.talk_to_the_end()
        await scene.phone.wait_hung_up(60.0)
        await asyncio.sleep(_LOCKED_AFTER_S)
        connection.rollback()


async def _postgresql_locked(scene: Scene) -> None:
    """As a migration would that was not told to give up."""
    scene.happens_now()
    engine = create_async_engine(async_url(scene.records.url), poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("LOCK TABLE calls IN ACCESS EXCLUSIVE MODE"))
        await asyncio.sleep(_LOCKED_S)
    await scene.talk_to_the_end()


def _postgresql_away(away_s: float) -> Callable[[Scene], Awaitable[None]]:
    """Killed, and started again."""

    async def provoke(scene: Scene) -> None:
        scene.happens_now()
        await asyncio.to_thread(scene.database.stop)
        await asyncio.sleep(away_s)
        await asyncio.to_thread(scene.database.start)
        await scene.expect_answer("a caller afterwards")
        await scene.talk_to_the_end()

    return provoke


async def _database_deleted(scene: Scene) -> None:
    scene.happens_now()
    for path in scene.stack.run_dir.glob("calls.db*"):
        path.unlink()
    await scene.talk_to_the_end()


ROWS = (
    Fault(
        "database-locked",
        "database locked for 30 s",
        _database_locked,
        ends(90, FINISHED, 12),
        limit_s=100.0,
        is_sqlites=True,
    ),
    Fault(
        "database-locked-at-the-end",
        "database locked from the caller's last words until 14 s after BYE",
        _locked_at_the_end,
        ends(75, FINISHED, 20),
        limit_s=90.0,
        is_sqlites=True,
    ),
    Fault(
        "database-deleted",
        "database deleted",
        _database_deleted,
        Promise(60, FINISHED, 12, recorded=False),
        limit_s=75.0,
        is_sqlites=True,
    ),
    Fault(
        "postgresql-locked",
        "PostgreSQL: the calls locked for 30 s",
        _postgresql_locked,
        ends(90, FINISHED, 12),
        limit_s=100.0,
        on_postgresql=True,
    ),
    Fault(
        "postgresql-restarted",
        "PostgreSQL killed, started again after 2 s",
        _postgresql_away(2.0),
        ends(90, FINISHED, 12),
        limit_s=100.0,
        on_postgresql=True,
    ),
    Fault(
        "postgresql-away",
        "PostgreSQL away for 30 s",
        _postgresql_away(30.0),
        ends(90, FINISHED, 12),
        limit_s=100.0,
        on_postgresql=True,
    ),
)

"""The database of the records: locked, gone, away."""

import asyncio
import sqlite3
from contextlib import closing

from bench.chaos.fault import FINISHED, Fault, ends
from bench.chaos.scene import Scene
from bench.chaos.seen import Promise


async def _database_locked(scene: Scene) -> None:
    scene.happens_now()
    with closing(sqlite3.connect(scene.stack.database_path, timeout=5.0)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(30.0)
        connection.rollback()
    await scene.talk_to_the_end()


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
    ),
    Fault(
        "database-deleted",
        "database deleted",
        _database_deleted,
        Promise(60, FINISHED, 12, recorded=False),
        limit_s=75.0,
    ),
)

"""A call's process is really killed, and the guardian of another process ends the call."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bot.records import EndReason, Records
from bot.worker.guardian import Guardian
from bot.worker.signs.answers import Answer

pytestmark = pytest.mark.stack

# More than the ten seconds that a caller may be left in silence would be a fault.
_LIMIT_S = 10.0

_CALL = """
import asyncio, sys
from bot.records import CallRecord, CallRecorder, Direction, Records, utc_now

async def call(url, call_id):
    record = CallRecord(
        call_id=call_id, direction=Direction.INBOUND, room_name=call_id, started_at=utc_now()
    )
    async with Records.open(url) as records, CallRecorder(records.calls, record):
        print("talking", flush=True)
        await asyncio.Event().wait()

asyncio.run(call(*sys.argv[1:]))
"""


@asynccontextmanager
async def a_process_with_a_call(url: str, call_id: str) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _CALL, url, call_id, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            assert await process.stdout.readline() == b"talking\n"
        yield process.pid
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class Rooms:
    """Where the guardian hangs up; remembers when."""

    def __init__(self) -> None:
        self.deleted: dict[str, float] = {}
        self.one_is_gone = asyncio.Event()

    async def hang_up(self, room_name: str) -> bool:
        self.deleted[room_name] = time.monotonic()
        self.one_is_gone.set()
        return True

    async def ask(self, room_name: str, job_id: str | None) -> Answer:
        return Answer.SILENT


@pytest.mark.parametrize("worker_died_too", [False, True])
async def test_a_killed_call_is_ended_in_time_and_its_neighbour_talks_on(
    database: str, worker_died_too: bool, record_property: Callable[[str, object], None]
) -> None:
    rooms = Rooms()
    async with (
        Records.open(database) as records,
        a_process_with_a_call(database, "killed") as pid,
        a_process_with_a_call(database, "neighbour"),
        asyncio.TaskGroup() as tasks,
    ):
        guardian = Guardian(records.calls, rooms)
        if not worker_died_too:
            watching = tasks.create_task(guardian.run())
        os.kill(pid, signal.SIGKILL)
        died_at = time.monotonic()
        if worker_died_too:
            watching = tasks.create_task(guardian.run())
        async with asyncio.timeout(_LIMIT_S):
            await rooms.one_is_gone.wait()
        record_property("silence_s", round(rooms.deleted["killed"] - died_at, 2))
        await guardian.settle()
        watching.cancel()
        found = await records.calls.get("killed")
        assert found is not None and found.end_reason is EndReason.CRASHED
        assert set(rooms.deleted) == {"killed"}
        assert [call.call_id for call in await records.calls.open_calls()] == ["neighbour"]

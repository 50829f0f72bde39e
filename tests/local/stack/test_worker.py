"""The real worker below the stack: ready when it says so, and gone with all its processes."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from livekit import api

from local.stack import PartFailed, Stack, StackError, guard
from local.stack.parts import processes

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

POLL_S = 0.1
JOB_POLLS = 200


async def poll(is_so: Callable[[], bool]) -> bool:
    for _ in range(JOB_POLLS):
        if is_so():
            return True
        await asyncio.sleep(POLL_S)
    return False


async def test_a_worker_is_killed_with_its_job_and_starts_again(tmp_path: Path) -> None:
    async with Stack(tmp_path, with_providers=False, with_trunk=False) as stack:
        mark = stack.env()[guard.MARK_VARIABLE]
        first = stack.worker_pid
        assert first is not None
        assert stack.job_pids() == [], "warm processes are in no call"

        async with api.LiveKitAPI(stack.livekit_url, stack.api_key, stack.api_secret) as livekit:
            await livekit.agent_dispatch.create_dispatch(
                api.CreateAgentDispatchRequest(agent_name="storyteller", room="probe")
            )
            assert await poll(lambda: len(stack.job_pids()) == 1), "the job's process is seen"

            with pytest.raises(StackError, match="running already"):
                await stack.start_worker()
            await stack.kill_worker()
            assert processes.group_members(first) == []

            await stack.start_worker()
            second = stack.worker_pid
            assert second not in (None, first)
            await stack.stop_worker()
            assert stack.worker_pid != second

    assert guard.marked_processes(mark) == []


async def test_a_worker_that_does_not_start_shows_why(tmp_path: Path) -> None:
    with pytest.raises(PartFailed, match="STORYLINE_STORY_MODE") as caught:
        async with Stack(
            tmp_path,
            with_providers=False,
            with_trunk=False,
            worker_env={"STORYLINE_STORY_MODE": "opera"},
        ):
            pass

    assert caught.value.part == "worker"
    assert "exit code 2" in caught.value.reason

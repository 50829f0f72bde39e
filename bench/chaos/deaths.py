"""Processes of ours that die or freeze in the middle of a call, once or again and again."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bench.chaos.scene import Scene
from local.caller import NothingHeard

# Deaths of a process in one call; after a third one Echo says goodbye.
_SURVIVED = 2


def _one_job(scene: Scene) -> int:
    (job,) = scene.stack.job_pids()
    return job


async def job_killed(scene: Scene) -> None:
    scene.happens_now()
    os.kill(_one_job(scene), signal.SIGKILL)


async def job_frozen(scene: Scene) -> None:
    scene.happens_now()
    os.kill(_one_job(scene), signal.SIGSTOP)


def goes_on(
    fault: Callable[[Scene], Awaitable[None]], *, times: int = 1
) -> Callable[[Scene], Awaitable[None]]:
    """The fault, `times` over: each time Echo is heard again. Unless that was too often, the caller
    has her stop the story then.
    """

    async def provoke(scene: Scene) -> None:
        for time in range(times):
            await fault(scene)
            await scene.hear_again()
            if time + 1 < times:
                await scene.phone.wait_for_silence(1.5, 40.0)
        if times <= _SURVIVED:
            await scene.talk_to_the_end()

    return provoke


async def worker_killed(scene: Scene) -> None:
    scene.happens_now()
    await scene.stack.kill_worker()


async def worker_killed_beside_a_watch(scene: Scene) -> None:
    await scene.stack.start_watch()
    await worker_killed(scene)


async def worker_restarted(scene: Scene) -> None:
    """A worker that is there in time goes on; one that starts slowly finds the line closed."""
    await worker_killed(scene)
    await asyncio.sleep(1.0)
    await scene.stack.start_worker()
    with suppress(NothingHeard):
        await scene.hear_again()
        await scene.talk_to_the_end()

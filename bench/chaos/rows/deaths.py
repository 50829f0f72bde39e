"""Processes of ours that die or freeze in the middle of a call, once or again and again."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bench.chaos.fault import CRASHED, FINISHED, Fault, ends
from bench.chaos.scene import Scene
from local.caller import NothingHeard

Provoke = Callable[[Scene], Awaitable[None]]

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


def goes_on(fault: Provoke, *, times: int = 1) -> Provoke:
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


async def worker_killed_beside_another(scene: Scene) -> None:
    """The one that is left hangs up, by the database and by the rooms."""
    worker = scene.pair.with_the_call()
    scene.happens_now()
    os.killpg(worker, signal.SIGKILL)


ROWS = (
    Fault(
        "job-killed",
        "job killed: the story goes on",
        goes_on(job_killed),
        ends(60, FINISHED, 12, goes_on_s=4.0),
        limit_s=75.0,
        is_quick=True,
    ),
    Fault(
        "job-frozen",
        "job frozen (SIGSTOP): the story goes on",
        goes_on(job_frozen),
        # It is asked twice in its room, for 0.8 s each time.
        ends(60, FINISHED, 12, goes_on_s=7.0),
        limit_s=75.0,
    ),
    Fault(
        "job-killed-twice",
        "job killed twice: the story goes on",
        goes_on(job_killed, times=2),
        ends(75, FINISHED, 12, goes_on_s=4.0),
        limit_s=90.0,
    ),
    Fault(
        "job-killed-thrice",
        "job killed three times: goodbye",
        goes_on(job_killed, times=3),
        ends(12, CRASHED, goes_on_s=4.0),
        limit_s=30.0,
    ),
    Fault(
        "worker-killed",
        "worker killed, none started; a watch beside LiveKit",
        worker_killed_beside_a_watch,
        ends(15, CRASHED),
    ),
    Fault(
        "worker-restarted",
        "worker killed, started again after 1 s: goes on, or is ended",
        worker_restarted,
        ends(75, FINISHED | CRASHED, 30),
        limit_s=90.0,
    ),
    Fault(
        "one-of-two-killed",
        "one of two workers killed: the story goes on with the other one",
        goes_on(worker_killed_beside_another),
        ends(60, FINISHED, 12, goes_on_s=10.0),
        limit_s=75.0,
        two_workers=True,
    ),
)

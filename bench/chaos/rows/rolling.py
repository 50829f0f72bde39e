"""A new version under callers: workers replaced one after the other."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack

from bench.chaos.callers import NOTHING_BETWEEN, Crowd, answers, lost
from bench.chaos.fault import FINISHED, HUNG_UP, Fault, ends
from bench.chaos.pair import beside
from bench.chaos.scene import Scene

_CALLS = 4
# Whoever starts warms one process, not one for each core: the calls need the cores.
_WORKER_ENV = NOTHING_BETWEEN | {"STORYLINE_IDLE_PROCESSES": "1"}


async def _told_to_go(scene: Scene) -> None:
    """The worker that tells the story is told to go; another one is ready by then."""
    worker = scene.pair.with_the_call()
    scene.happens_now()
    os.kill(worker, signal.SIGTERM)
    await asyncio.sleep(1.0)
    await scene.expect_answer("a caller during the restart")
    await scene.talk_to_the_end()


async def _both_replaced(scene: Scene) -> None:
    """Each worker gets a successor and is told to go once that is ready, while four callers talk.
    Somebody new rings each time.
    """
    scene.happens_now()
    await scene.make_room()
    crowd = Crowd(scene.stack)
    await crowd.gather(_CALLS)
    jobs = await scene.records.jobs()
    async with AsyncExitStack() as opened:
        for number, worker in enumerate(scene.pair.pids, start=3):
            await opened.enter_async_context(beside(scene.stack, f"worker-{number}", _WORKER_ENV))
            os.kill(worker, signal.SIGTERM)
            scene.note(f"a worker told to go under {crowd.size} calls")
            await asyncio.sleep(1.0)
            await scene.expect_answer("a caller during the replacement")
        told = await crowd.let_go()
        await _await_going(scene)
    scene.note(answers(told))
    for what in lost(told):
        scene.blame(what)
    after = await scene.records.jobs()
    if any(after[call_id] != job_id for call_id, job_id in jobs.items()):
        scene.blame("a call came into other hands")


async def _await_going(scene: Scene) -> None:
    """The old workers end by themselves once their last call is over."""
    try:
        async with asyncio.timeout(30.0):
            await scene.pair.wait_gone()
    except TimeoutError:
        scene.blame("an old worker did not go")


ROWS = (
    Fault(
        "rolling",
        "one of two workers told to stop: who rings is answered, the story goes on",
        _told_to_go,
        ends(90, FINISHED, 30),
        limit_s=100.0,
        two_workers=True,
    ),
    Fault(
        "rolling-four",
        "both workers on PostgreSQL replaced under four calls",
        _both_replaced,
        ends(90, HUNG_UP, 30),
        limit_s=100.0,
        settle_s=2.0,
        worker_env=_WORKER_ENV,
        two_workers=True,
        on_postgresql=True,
    ),
)

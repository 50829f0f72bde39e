"""Processes of ours that die or freeze in the middle of a call, once or again and again."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from bench.chaos.fault import CRASHED, FINISHED, Fault, ends
from bench.chaos.scene import WHO, Scene
from local.caller import NothingHeard

Provoke = Callable[[Scene], Awaitable[None]]

# Deaths of a process in one call; after a third one Echo says goodbye.
_SURVIVED = 2
# So long a process may be stopped (bot/worker/processes/running.py).
_MOMENT_S = 1.5
# Echo answers half a second after the last word.
_HANDOVER_S = 0.3
_LONG_ANSWER = "I open the door on the left, and then I call for my little brother."
_INTO_IT_S = 1.0


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


async def job_frozen_for_a_moment(scene: Scene) -> None:
    """Too short to be taken for dead, whatever beat and question it falls between."""
    job, before = _one_job(scene), await scene.records.jobs()
    await job_frozen(scene)
    await asyncio.sleep(_MOMENT_S)
    os.kill(job, signal.SIGCONT)
    await scene.talk_to_the_end()
    if await scene.records.jobs() != before:
        scene.blame("the call came into other hands")


async def killed_in_the_introduction(scene: Scene) -> None:
    """Nothing has been told: Echo asks again, and the caller answers."""
    await job_killed(scene)
    await _told_again(scene)


async def killed_in_the_handover(scene: Scene) -> None:
    """The caller has told who they are, and the storyteller has not begun."""
    await scene.phone.say(WHO)
    await asyncio.sleep(_HANDOVER_S)
    await job_killed(scene)
    await _told_again(scene)


async def _told_again(scene: Scene) -> None:
    await scene.hear_again()
    await scene.phone.wait_for_silence(1.5, 40.0)
    await scene.into_the_story()
    await scene.talk_to_the_end()


async def killed_while_the_caller_speaks(scene: Scene) -> None:
    """What is being said is lost; the last question is asked again."""
    await scene.phone.wait_for_silence(1.5, 60.0)
    speaking = asyncio.create_task(scene.phone.say(_LONG_ANSWER))
    await asyncio.sleep(_INTO_IT_S)
    await job_killed(scene)
    await speaking
    await scene.hear_again()
    await scene.talk_to_the_end()


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


def _told_on(
    name: str,
    title: str,
    provoke: Provoke,
    within_s: float = 60.0,
    *,
    goes_on_s: float | None = 4.0,
) -> Fault[Scene]:
    """Echo is heard again after `goes_on_s`, and the story is told to its goodbye `within_s`.

    None: she goes on as if nothing had been.
    """
    promise = ends(within_s, FINISHED, 12, goes_on_s=goes_on_s)
    return Fault(name, title, provoke, promise, limit_s=within_s + 15.0)


ROWS = (
    replace(
        _told_on("job-killed", "job killed: the story goes on", goes_on(job_killed)), is_quick=True
    ),
    _told_on(
        "job-frozen",
        "job frozen (SIGSTOP): the story goes on",
        goes_on(job_frozen),
        # It is missed after 1.5 to 2.0 s.
        goes_on_s=5.0,
    ),
    _told_on(
        "job-frozen-briefly",
        "job frozen for 1.5 s: it goes on by itself",
        job_frozen_for_a_moment,
        goes_on_s=None,
    ),
    replace(
        _told_on(
            "job-killed-in-pipeline",
            "job killed where no voice model tells the story: it goes on",
            goes_on(job_killed),
        ),
        worker_env={"STORYLINE_STORY_MODE": "pipeline"},
    ),
    replace(
        _told_on(
            "job-killed-in-introduction",
            "job killed before the caller has said a word: asked again, and the story is told",
            killed_in_the_introduction,
            90.0,
        ),
        in_introduction=True,
    ),
    replace(
        _told_on(
            "job-killed-in-handover",
            "job killed between the introduction and the story: it is told",
            killed_in_the_handover,
            90.0,
        ),
        in_introduction=True,
    ),
    _told_on(
        "job-killed-under-words",
        "job killed while the caller speaks: asked again, and the story goes on",
        killed_while_the_caller_speaks,
        90.0,
        goes_on_s=5.0,
    ),
    _told_on(
        "job-killed-twice",
        "job killed twice: the story goes on",
        goes_on(job_killed, times=2),
        75.0,
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
    replace(
        _told_on(
            "one-of-two-killed",
            "one of two workers killed: the story goes on with the other one",
            goes_on(worker_killed_beside_another),
            goes_on_s=10.0,
        ),
        two_workers=True,
    ),
)

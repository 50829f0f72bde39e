"""What happens to a caller because of others: full lines, workers that come and go."""

import asyncio

from bench.chaos.callers import NOTHING_BETWEEN, Crowd, answers, lost
from bench.chaos.fault import FINISHED, HUNG_UP, Fault, ends
from bench.chaos.scene import Scene
from local.caller import CallerError

_BUSY = 486
_BUSY_WITHIN_S = 14.0
# LiveKit hears every 2.5 s how full a worker is.
_REPORTED_S = 3.0


async def full(scene: Scene) -> None:
    """A worker that takes one call has it."""
    scene.happens_now()
    status, after_s = await scene.ring_beside()
    if status != _BUSY or after_s > _BUSY_WITHIN_S:
        raise CallerError(f"the second caller got {status} after {after_s:.1f} s")
    await scene.talk_to_the_end()


async def beyond(scene: Scene) -> None:
    """Four callers fill a worker, and two more ring at once."""
    scene.happens_now()
    await scene.make_room()
    crowd = Crowd(scene.stack)
    await crowd.gather(4)
    outcomes = await asyncio.gather(*(scene.ring_beside(hold=True) for _ in range(2)))
    for status, after_s in outcomes:
        scene.note(f"one beyond: {status or 'answered'} after {after_s:.1f} s")
        if status != _BUSY or after_s > _BUSY_WITHIN_S:
            scene.blame("a caller beyond was not let go")
    await scene.let_go()
    told = await crowd.let_go()
    scene.note(answers(told))
    for what in lost(told):
        scene.blame(what)


async def last_place(scene: Scene) -> None:
    """As many callers as the worker takes, each known to LiveKit before the next one rings."""
    scene.happens_now()
    for place in (2, 3, 4):
        await asyncio.sleep(_REPORTED_S)
        await scene.expect_answer(f"caller {place} of 4", hold=True)
    await scene.let_go()
    await scene.talk_to_the_end()


async def _asked_twice(scene: Scene) -> None:
    scene.happens_now()
    await scene.rooms.ask_for_agent()
    await asyncio.sleep(6.0)
    await scene.talk_to_the_end()


ROWS = (
    Fault(
        "asked-twice",
        "a second agent sent into the room",
        _asked_twice,
        ends(75, FINISHED, 15),
        limit_s=90.0,
    ),
    Fault(
        "full",
        "a second caller rings a full worker, and gets the busy tone",
        full,
        ends(90, FINISHED, 30),
        limit_s=100.0,
        worker_env={"STORYLINE_MAX_CALLS": "1"},
    ),
    Fault(
        "beyond",
        "six callers at a worker that takes four",
        beyond,
        ends(90, HUNG_UP, 30),
        limit_s=100.0,
        worker_env=NOTHING_BETWEEN | {"STORYLINE_MAX_CALLS": "4"},
    ),
    Fault(
        "last-place",
        "four callers, one after the other, at a worker that takes four",
        last_place,
        ends(90, FINISHED, 30),
        limit_s=100.0,
        worker_env={"STORYLINE_MAX_CALLS": "4"},
    ),
)

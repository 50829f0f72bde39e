"""What happens to a caller because of others: full lines, workers that come and go, strangers."""

import asyncio
import os
import signal

from bench.chaos.scene import Scene
from bench.chaos.strangers import besiege, ring_under_strange_names
from local.caller import CallerError

_BUSY = 486
_BUSY_WITHIN_S = 14.0
_ANSWERED_WITHIN_S = 8.0
# LiveKit hears every 2.5 s how full a worker is.
_REPORTED_S = 3.0


async def full(scene: Scene) -> None:
    """A worker that takes one call has it."""
    scene.happens_now()
    status, after_s = await scene.ring_beside()
    if status != _BUSY or after_s > _BUSY_WITHIN_S:
        raise CallerError(f"the second caller got {status} after {after_s:.1f} s")
    await scene.talk_to_the_end()


async def last_place(scene: Scene) -> None:
    """As many callers as the worker takes, each known to LiveKit before the next one rings."""
    scene.happens_now()
    for place in (2, 3, 4):
        await asyncio.sleep(_REPORTED_S)
        await _is_answered(scene, f"caller {place} of 4", hold=True)
    await scene.let_go()
    await scene.talk_to_the_end()


async def rolling_restart(scene: Scene) -> None:
    """The worker that tells the story is told to go; another one is ready by then."""
    worker = scene.pair.with_the_call()
    scene.happens_now()
    os.kill(worker, signal.SIGTERM)
    await asyncio.sleep(1.0)
    await _is_answered(scene, "a caller during the restart")
    await scene.talk_to_the_end()


async def worker_killed_beside_another(scene: Scene) -> None:
    """The one that is left hangs up, by the database and by the rooms."""
    worker = scene.pair.with_the_call()
    scene.happens_now()
    os.killpg(worker, signal.SIGKILL)


async def strangers(scene: Scene) -> None:
    """All that strangers can send; nobody else may notice."""
    scene.happens_now()
    await besiege(scene.stack)
    await ring_under_strange_names(scene.stack)
    await _is_answered(scene, "an honest caller")
    await scene.talk_to_the_end()


async def _is_answered(scene: Scene, who: str, *, hold: bool = False) -> None:
    status, after_s = await scene.ring_beside(hold=hold)
    if status is not None or after_s > _ANSWERED_WITHIN_S:
        raise CallerError(f"{who} got {status or 'an answer'} after {after_s:.1f} s")

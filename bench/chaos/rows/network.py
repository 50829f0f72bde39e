"""The way between the worker and LiveKit, cut."""

import asyncio

from bench.chaos.cable import Cable
from bench.chaos.fault import FINISHED, LOST, Fault, ends
from bench.chaos.scene import Scene


def _cut(scene: Scene) -> Cable:
    scene.happens_now()
    scene.cable.cut()
    return scene.cable


async def _cut_off(scene: Scene) -> None:
    await scene.stack.start_watch()
    _cut(scene)


async def _cut_for_a_moment(scene: Scene) -> None:
    cable = _cut(scene)
    await asyncio.sleep(3.0)
    cable.mend()
    await scene.talk_to_the_end()


ROWS = (
    Fault(
        "cut-off",
        "the worker cut off from LiveKit, but for the sound; a watch beside LiveKit",
        _cut_off,
        # LiveKit's client itself takes 15 s to notice.
        ends(40, LOST, 25),
        limit_s=60.0,
        by_cable=True,
    ),
    Fault(
        "cut-3s",
        "the same for 3 s",
        _cut_for_a_moment,
        ends(90, FINISHED, 15),
        limit_s=100.0,
        by_cable=True,
    ),
)

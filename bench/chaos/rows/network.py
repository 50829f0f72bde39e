"""The way between the worker and LiveKit, cut."""

import asyncio
import time

from bench.chaos.cuts.cable import Cable
from bench.chaos.cuts.deafness import hear_only, udp_ports
from bench.chaos.errors import Skipped
from bench.chaos.fault import FINISHED, LOST, Fault, ends
from bench.chaos.scene import Scene
from bench.line.telephone import Call, CallFailed, Line, dial
from bench.line.telephone import NothingHeard as SilentLine
from local.caller.errors import CallerError

_DEAF = "+12025550187"
# LiveKit SIP waits 15 s for sound (`media_timeout`).
_MEDIA_LIMIT_S = 20.0


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


async def _workers_sound_cut(scene: Scene) -> None:
    """Datagrams between the worker and LiveKit are lost, also those of a new connection."""
    stack = scene.stack
    server, sip = (stack.part(name).pid for name in ("livekit-server", "livekit-sip"))
    (job,) = stack.job_pids()
    assert server is not None and sip is not None
    scene.happens_now()
    try:
        hear_only(server, udp_ports(sip))
        hear_only(job, ())
    except PermissionError as error:
        raise Skipped("no socket of another process may be filtered here") from error


async def _sound_cut(scene: Scene) -> None:
    """Of a second caller nothing is heard any more, and nothing else happens to their call.

    LiveKit SIP tells a caller of whom it hears nothing from one who hangs up in its log alone.
    """
    stack, is_cut = scene.stack, asyncio.Event()
    line = Line(stack.sip_address, stack.number, stack.sip_user, stack.sip_password, stack.run_dir)
    try:
        async with dial(line, _DEAF, fate=lambda _: None if is_cut.is_set() else 0.0) as call:
            await call.wait_sound(call.answered_s)
            await asyncio.sleep(1.5)
            scene.happens_now()
            is_cut.set()
            bye_s = await _over_after(call)
    except (CallFailed, SilentLine) as error:
        raise CallerError(str(error)) from error
    when = "never" if bye_s is None else f"after {bye_s:.1f} s"
    scene.note(f"BYE {when}; record: {await scene.record_of(_DEAF)}")
    if bye_s is None or bye_s > _MEDIA_LIMIT_S:
        scene.blame(f"no BYE within {_MEDIA_LIMIT_S:g} s")
    await scene.talk_to_the_end()


async def _over_after(call: Call) -> float | None:
    """Seconds until the far end has hung up; None when it does not."""
    begun_s = time.monotonic()
    while not call.is_over:
        await asyncio.sleep(0.1)
        if time.monotonic() - begun_s > 2 * _MEDIA_LIMIT_S:
            return None
    return time.monotonic() - begun_s


ROWS = (
    Fault(
        "cut-off",
        "the worker cut off from LiveKit, but for the sound; a watch beside LiveKit",
        _cut_off,
        # LiveKit's client itself takes 15 s to notice.
        ends(30, LOST, 18),
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
    Fault(
        "workers-sound-cut",
        "the worker's sound cut, but not its signalling",
        _workers_sound_cut,
        ends(25, LOST),
        limit_s=75.0,
        # That there is no such room any more is believed after 20 s.
        settle_s=40.0,
    ),
    Fault(
        "sound-cut",
        "a caller's sound cut, but not the signalling; beside another caller",
        _sound_cut,
        ends(90, FINISHED, 20),
        limit_s=100.0,
    ),
)

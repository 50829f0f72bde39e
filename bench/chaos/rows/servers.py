"""LiveKit's own servers, its Redis, and the models: killed, or started again without a memory."""

import asyncio
from collections.abc import Awaitable, Callable

from bench.chaos.fault import FINISHED, LOST, Fault, ends
from bench.chaos.scene import Scene
from bench.chaos.seen import Promise


def _killed(part: str) -> Callable[[Scene], Awaitable[None]]:
    async def provoke(scene: Scene) -> None:
        scene.happens_now()
        await scene.stack.kill_part(part)

    return provoke


def _restarted(part: str, after_s: float = 2.0) -> Callable[[Scene], Awaitable[None]]:
    async def provoke(scene: Scene) -> None:
        await _killed(part)(scene)
        await asyncio.sleep(after_s)
        await scene.stack.start_part(part)

    return provoke


async def _livekit_restarted(scene: Scene) -> None:
    await _restarted("livekit-server")(scene)
    await scene.talk_to_the_end()


async def _redis_restarted(scene: Scene) -> None:
    await _restarted("redis")(scene)
    await scene.talk_to_the_end()


async def _redis_flushed(scene: Scene) -> None:
    scene.happens_now()
    reader, writer = await asyncio.open_connection(*scene.stack.redis_address.split(":"))
    writer.write(b"FLUSHALL\r\n")
    await reader.readline()
    writer.close()
    await scene.talk_to_the_end()


ROWS = (
    Fault(
        "livekit-killed",
        "livekit-server killed",
        _killed("livekit-server"),
        # LiveKit SIP itself holds the line for a minute; nobody else can reach the telephone.
        # The record is closed when LiveKit has been away for twice as long.
        Promise(70, LOST, 70),
        limit_s=90.0,
        settle_s=120.0,
    ),
    Fault(
        "livekit-restarted",
        "livekit-server killed, started again after 2 s",
        _livekit_restarted,
        ends(8, LOST),
        limit_s=60.0,
    ),
    Fault("redis-killed", "Redis killed", _killed("redis"), ends(20, LOST), limit_s=60.0),
    Fault(
        "redis-restarted",
        "Redis killed, started empty after 2 s",
        _redis_restarted,
        ends(60, FINISHED, 12),
        limit_s=75.0,
    ),
    Fault(
        "redis-flushed",
        "FLUSHALL, then the goodbye",
        _redis_flushed,
        ends(60, FINISHED, 12),
        limit_s=75.0,
        is_quick=True,
    ),
    # A telephone whose server is gone gets no BYE from anybody: the carrier ends it.
    Fault("sip-killed", "livekit-sip killed", _killed("livekit-sip"), ends(None, LOST)),
    Fault(
        "providers-gone",
        "all model providers gone",
        _killed("providers"),
        ends(15, frozenset({"provider_failure"})),
    ),
)

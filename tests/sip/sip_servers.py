"""A real LiveKit server for the tests of this folder, wiped before each use."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from livekit.api import LiveKitAPI

from local.stack import config, health
from local.stack.parts import parts
from local.stack.parts.part import Part, Program
from local.stack.ports import Ports
from local.stack.stack import Stack
from local.stack.watch import Watch
from sip.objects.kinds import Kind, object_id
from sip.objects.server import delete, read_snapshot


@asynccontextmanager
async def bare_stack() -> AsyncIterator[Stack]:
    """Start LiveKit and LiveKit SIP with no trunk, no rule, no providers and no worker."""
    async with Stack(with_providers=False, with_trunk=False, with_worker=False) as stack:
        yield stack


async def wipe(api: LiveKitAPI) -> None:
    """Delete every trunk and rule."""
    snapshot = await read_snapshot(api.sip)
    for kind in Kind:
        for info in snapshot.of(kind):
            await delete(api.sip, kind, object_id(info))


@asynccontextmanager
async def livekit_without_sip(run_dir: Path, *, with_redis: bool) -> AsyncIterator[dict[str, str]]:
    """Start a LiveKit server that has no SIP service, and perhaps no Redis; yield its keys."""
    ports, keys = Ports.pick(), config.Keys.make()
    watch = await Watch.start()
    try:
        async with AsyncExitStack() as stack:
            if with_redis:
                redis = parts.redis(run_dir, ports, watch.env)
                await stack.enter_async_context(_running(redis, ports))
            server = parts.livekit_server(run_dir, ports, keys, watch.env)
            if not with_redis:
                alone = config.livekit_server_config(ports, keys)
                del alone["redis"]
                config.write_config(run_dir / "livekit-server.yaml", alone)
            await stack.enter_async_context(_running(server, ports))
            yield {
                "LIVEKIT_URL": f"ws://127.0.0.1:{ports.livekit}",
                "LIVEKIT_API_KEY": keys.api_key,
                "LIVEKIT_API_SECRET": keys.api_secret,
            }
    finally:
        await watch.close()


@asynccontextmanager
async def _running(program: Program, ports: Ports) -> AsyncIterator[None]:
    part = Part(program)
    await part.start()
    assert program.port is not None
    try:
        is_redis = program.port == ports.redis
        probe = health.redis_answers if is_redis else health.http_ok
        await part.wait_ready(probe(program.port))
        yield
    finally:
        await part.stop()

"""The health page: does the process live, and would it answer a call?"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.worker.figures.metrics import Metrics
from bot.worker.server import Server


@asynccontextmanager
async def health_page(
    server: Server,
    host: str,
    port: int,
    is_blind: Callable[[], bool],
    *,
    metrics: Metrics | None = None,
) -> AsyncIterator[None]:
    """Serve the page for as long as the block lasts. Raises OSError when the port is taken.

    `GET /` is 200 while the process lives: what is restarted for anything else cuts healthy calls.
    `GET /ready` is 200 only when a call that came now would be answered, else 503 with the reasons.
    `GET /metrics`: `metrics` and the load, for Prometheus. `GET /worker`: the figures.
    `is_blind`: whether the watch cannot see LiveKit's rooms.
    """

    figures = metrics or Metrics()

    async def alive(_: web.Request) -> web.Response:
        return web.Response(text="OK")

    async def ready(_: web.Request) -> web.Response:
        reasons = server.why_not_ready()
        return web.json_response(
            {"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200
        )

    async def worker(_: web.Request) -> web.Response:
        return web.json_response(
            {
                "active_jobs": len(server.active_jobs),
                "max_calls": server.max_calls,
                "connected": server.is_connected,
                "draining": server.draining,
                "watch_is_blind": is_blind(),
            }
        )

    async def prometheus(_: web.Request) -> web.Response:
        figures.show_load(
            calls=len(server.active_jobs),
            limit=server.max_calls,
            is_ready=not server.why_not_ready(),
            is_blind=is_blind(),
        )
        return web.Response(body=figures.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/metrics", prometheus)])
    app.add_routes([web.get("/", alive), web.get("/ready", ready), web.get("/worker", worker)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()

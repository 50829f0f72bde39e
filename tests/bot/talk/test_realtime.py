"""Whether the realtime model is there is known in seconds, and the key is not told to a log."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.talk import realtime as module
from bot.talk.realtime import is_reachable
from tests.bot.settings.made import made

pytestmark = pytest.mark.unit

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def provider(handler: Handler) -> AsyncIterator[str]:
    """The address of a provider that answers with `handler`."""
    app = web.Application()
    app.router.add_get("/v1/realtime", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/v1"
    finally:
        await runner.cleanup()


async def asked(handler: Handler) -> bool:
    async with provider(handler) as url:
        return await is_reachable(made(OPENAI_BASE_URL=url, STORYLINE_REALTIME_MODEL="model-1"))


async def test_a_model_that_answers_is_there_and_is_let_go_at_once() -> None:
    seen: list[tuple[str | None, str | None]] = []

    async def talks(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        seen.append((request.query.get("model"), request.headers.get("Authorization")))
        async for _ in socket:
            pass
        return socket

    assert await asked(talks)
    assert seen == [("model-1", "Bearer openai-secret")]


@pytest.mark.parametrize("status", [401, 404, 429, 500])
async def test_a_model_that_refuses_is_away(status: int, caplog: pytest.LogCaptureFixture) -> None:
    async def refuses(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status)

    with caplog.at_level(logging.WARNING, "storyline"):
        assert not await asked(refuses)
    [line] = caplog.records
    assert line.__dict__["status"] == status


async def test_the_key_is_not_in_what_is_logged_about_it(caplog: pytest.LogCaptureFixture) -> None:
    async def refuses(_: web.Request) -> web.StreamResponse:
        return web.Response(status=401)

    with caplog.at_level(logging.WARNING, "storyline"):
        await asked(refuses)
    assert "openai-secret" not in str([each.__dict__ for each in caplog.records])


async def test_a_provider_that_is_not_there_is_away() -> None:
    assert not await is_reachable(made(OPENAI_BASE_URL="http://127.0.0.1:1/v1"))


async def test_a_provider_that_never_answers_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_PROBE_LIMIT_S", 0.05)

    async def hangs(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3600)
        raise AssertionError

    async with provider(hangs) as url:
        assert not await is_reachable(made(OPENAI_BASE_URL=url))

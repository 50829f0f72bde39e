"""The health page: alive is not ready, and ready is a promise to answer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import aiohttp
import pytest

from bot.worker.health import health_page
from local.ports import free_port

pytestmark = pytest.mark.unit

HOST = "127.0.0.1"


@dataclass
class FakeServer:
    """How full a worker is, and what keeps it from answering."""

    reasons: list[str] = field(default_factory=list)
    active_jobs: list[object] = field(default_factory=list)
    max_calls: int = 8
    is_connected: bool = True
    draining: bool = False
    watch_is_blind: bool = False

    def why_not_ready(self) -> list[str]:
        return self.reasons


@dataclass
class Page:
    server: FakeServer
    port: int

    async def get(self, path: str) -> tuple[int, Any]:
        url = f"http://{HOST}:{self.port}{path}"
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            text = answer.content_type == "text/plain"
            return answer.status, await (answer.text() if text else answer.json())


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    server, port = FakeServer(), free_port()
    async with health_page(cast(Any, server), HOST, port, lambda: server.watch_is_blind):
        yield Page(server, port)


async def test_a_worker_that_would_answer_is_ready(page: Page) -> None:
    assert await page.get("/ready") == (200, {"ready": True, "reasons": []})


async def test_a_worker_that_would_not_says_every_reason(page: Page) -> None:
    page.server.reasons = ["draining", "full"]
    assert await page.get("/ready") == (503, {"ready": False, "reasons": ["draining", "full"]})


async def test_a_worker_that_is_not_ready_lives_all_the_same(page: Page) -> None:
    # Whoever restarts it for that cuts the calls in progress.
    page.server.reasons = ["not connected to LiveKit"]
    page.server.watch_is_blind = True
    assert await page.get("/") == (200, "OK")


async def test_the_figures_are_those_of_this_moment(page: Page) -> None:
    page.server.active_jobs.append(object())
    page.server.watch_is_blind = True
    assert await page.get("/worker") == (
        200,
        {
            "active_jobs": 1,
            "max_calls": 8,
            "connected": True,
            "draining": False,
            "watch_is_blind": True,
        },
    )


async def test_a_taken_port_is_an_error_before_the_first_call(page: Page) -> None:
    with pytest.raises(OSError, match="address already in use"):
        async with health_page(cast(Any, page.server), HOST, page.port, lambda: False):
            raise AssertionError("the block is not entered")


async def test_nobody_listens_after_the_block() -> None:
    port = free_port()
    async with health_page(cast(Any, FakeServer()), HOST, port, lambda: False):
        pass
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(HOST, port)

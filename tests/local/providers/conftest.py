"""Providers without engines on a free port: only scripts answer."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from local.providers.control import ControlClient
from local.providers.desk import Desk
from local.providers.engine_kinds import open_engines
from local.providers.engines import Engines
from local.providers.server import serve
from tests.local.providers.fixed_ears import FixedEars


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with open_engines("none") as engines:
        yield Desk(engines)


@pytest.fixture
async def base_url(desk: Desk) -> AsyncIterator[str]:
    async with serve(desk, 0) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def control(base_url: str) -> ControlClient:
    return ControlClient(base_url)


@pytest.fixture
async def http(base_url: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Closed before the server, so that nothing is left open."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def ears(desk: Desk) -> FixedEars:
    ears = FixedEars()
    desk.engines = Engines(ears, desk.ready.voice, desk.ready.brain)
    return ears

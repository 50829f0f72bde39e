from collections.abc import AsyncIterator

import pytest
from livekit.api import LiveKitAPI

from local.stack.stack import Stack
from tests.sip.sip_servers import bare_stack, wipe


@pytest.fixture(scope="session")
async def sip_stack() -> AsyncIterator[Stack]:
    """Real servers, shared by all tests of the session that need them."""
    async with bare_stack() as stack:
        yield stack


@pytest.fixture
async def api(sip_stack: Stack) -> AsyncIterator[LiveKitAPI]:
    """The API of a real server without trunks and rules."""
    stack = sip_stack
    async with LiveKitAPI(stack.livekit_url, stack.api_key, stack.api_secret) as api:
        await wipe(api)
        yield api
        await wipe(api)

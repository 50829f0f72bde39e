"""One stack for all end-to-end tests; each test gets a house without faults and scripts."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from livekit import api

from bot.records import Records
from local.caller import SipCaller
from local.caller.speech import HttpSpeech
from local.providers.control import ControlClient
from local.stack import Stack
from local.storyteller.story_data import STORIES_SETTING
from tests import side_by_side
from tests.e2e.house import House
from tests.e2e.privacy import personal_lines

# Short, so that the tests of silence and of the end of a worker do not take minutes; and a warm
# process for each of the calls that are made at once.
WORKER_ENV = {
    "STORYLINE_SILENCE_S": "6",
    "STORYLINE_DRAIN_S": "3",
    "STORYLINE_IDLE_PROCESSES": str(side_by_side.AT_ONCE),
}

STORIES = Path(__file__).with_name("stories")  # told in half the time


@pytest_asyncio.fixture(scope="package")
async def running_house() -> AsyncIterator[House]:
    async with (
        Stack(worker_env=WORKER_ENV, providers_env={STORIES_SETTING: str(STORIES)}) as stack,
        SipCaller(stack.providers_url) as telephone,
        Records.open(stack.database_url) as records,
        api.LiveKitAPI(stack.livekit_url, stack.api_key, stack.api_secret) as livekit,
        aiohttp.ClientSession() as http,
    ):
        yield House(
            stack,
            telephone,
            ControlClient(stack.providers_url),
            records.calls,
            livekit,
            HttpSpeech(http, stack.providers_url),
        )


@pytest_asyncio.fixture
async def house(running_house: House, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    await running_house.use_worker()
    yield running_house
    if side_by_side.is_under_way(request.node):
        return  # the last of these calls tidies up
    await running_house.providers.clear_faults()
    await running_house.providers.clear_script()
    await running_house.wait_until_empty()
    assert not personal_lines(running_house.stack.run_dir / "worker.log")

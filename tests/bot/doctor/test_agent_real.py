"""The probe of a worker, with a real worker and with none."""

import pytest
from livekit.api import ListRoomsRequest, LiveKitAPI

from bot.doctor.agent import look_at_agent
from local.stack import Stack
from sip.doctor.finding import Result

pytestmark = [pytest.mark.stack, pytest.mark.timeout(60)]


async def test_an_agent_that_a_worker_serves_and_one_that_nobody_serves() -> None:
    async with (
        Stack(with_providers=False) as stack,
        LiveKitAPI(stack.livekit_url, stack.api_key, stack.api_secret) as api,
    ):
        served = await look_at_agent(api, "storyteller")
        not_served = await look_at_agent(api, "nobody", wait_s=1.0)
        rooms = await api.room.list_rooms(ListRoomsRequest())
    assert served.result is Result.PASS
    assert not_served.result is Result.FAIL
    assert "nobody serves nobody" in not_served.words
    assert not rooms.rooms

"""The story told by the pipeline because the settings say so: the same conversation.

It wants a worker of its own, as all that `test_worker_*.py` hold: the last files.
"""

import pytest

from bot.records import AgentReached
from tests.e2e.house import House

pytestmark = pytest.mark.e2e


async def test_the_pipeline_tells_the_story_when_it_is_chosen(house: House) -> None:
    await house.use_worker(STORYLINE_STORY_MODE="pipeline")
    before = len(await realtime_requests(house))
    async with house.ring() as call:
        await call.begin_story()
        await call.phone.say("Yes, please.")
        assert await call.hear(20.0)
        await call.phone.hang_up()
        assert (await call.record()).agent_reached is AgentReached.STORY
    assert len(await realtime_requests(house)) == before


async def realtime_requests(house: House) -> list[object]:
    return [seen for seen in await house.providers.requests() if seen.service == "realtime"]

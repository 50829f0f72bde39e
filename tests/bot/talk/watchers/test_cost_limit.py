"""No call costs more than it may, and none is cut off for money without a goodbye."""

import asyncio

import pytest

from agents.conversation import Conversation
from agents.prompts import load_prompt
from agents.story import StoryData
from bot.money.spending import Spending
from bot.records import EndReason
from bot.talk.watchers.cost_limit import keep_cost_limit
from tests.agents.fake_line import FakeLine
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

BYE = f"insist {load_prompt('farewell_time_limit')}"


async def limited(scene: Scene, conversation: Conversation) -> Spending:
    """A dollar's worth of a call that costs a cent a second, begun."""
    spending = Spending()

    async def spend() -> None:
        for cents in range(1, 200):
            await asyncio.sleep(1)
            spending.comes_to(cents / 100)

    async with asyncio.TaskGroup() as group:
        spends = group.create_task(spend())
        await keep_cost_limit(scene.floor, conversation, spending, max_cost_usd=1)
        spends.cancel()
    return spending


async def test_at_four_fifths_the_story_is_brought_home_and_at_all_she_says_goodbye() -> None:
    scene = Scene()
    await limited(scene, Conversation(FakeLine(), story=StoryData("Maria", "Lisbon")))
    wind_down = load_prompt("wind_down", name="Maria", location="Lisbon")
    assert scene.lines == [
        (80.0, f"reply {wind_down}"),
        (83.5, "said"),
        (100.0, "hush"),
        (100.0, BYE),
        (103.5, "said"),
    ]
    assert scene.ending.reason is EndReason.TIME_LIMIT
    assert scene.ending.error == "the cost limit of 1 USD was reached"


async def test_before_there_is_a_story_there_is_only_the_goodbye() -> None:
    scene = Scene()
    await limited(scene, Conversation(FakeLine()))
    assert scene.lines[0] == (100.0, "hush")


async def test_a_call_that_costs_nothing_goes_on() -> None:
    scene = Scene()
    watching = asyncio.create_task(
        keep_cost_limit(scene.floor, Conversation(FakeLine()), Spending(), max_cost_usd=1)
    )
    await scene.until(7200)
    assert not watching.done()
    assert scene.lines == []
    watching.cancel()

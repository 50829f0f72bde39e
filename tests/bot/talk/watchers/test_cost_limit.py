"""No call costs more than it may, and none is cut off for money without a goodbye."""

import asyncio
import math

import pytest

from agents.conversation import Conversation
from agents.prompts import load_prompt
from agents.story import StoryData
from bot.money.spending import Spending
from bot.records import EndReason
from bot.talk.watchers.cost_limit import keep_budget, keep_cost_limit
from tests.agents.fake_line import FakeLine
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

BYE = f"insist {load_prompt('farewell_time_limit')}"


async def limited(scene: Scene, conversation: Conversation) -> Spending:
    """A dollar's worth of a call that costs a cent a second, begun."""
    spending = Spending()
    spending.limit_to(1.0)

    async def spend() -> None:
        for cents in range(1, 200):
            await asyncio.sleep(1)
            spending.comes_to(cents / 100)

    async with asyncio.TaskGroup() as group:
        spends = group.create_task(spend())
        await keep_cost_limit(scene.floor, conversation, spending)
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


@pytest.mark.parametrize("limit_usd", [1.0, None])
async def test_a_call_that_costs_nothing_or_has_no_limit_goes_on(limit_usd: float | None) -> None:
    scene, spending = Scene(), Spending()
    if limit_usd is None:
        spending.comes_to(1000.0)
    else:
        spending.limit_to(limit_usd)
    watching = asyncio.create_task(keep_cost_limit(scene.floor, Conversation(FakeLine()), spending))
    await scene.until(7200)
    assert not watching.done()
    assert scene.lines == []
    watching.cancel()


# --- what is left ---------------------------------------------------------------------------------


async def limits_of(
    own_usd: float | None, *answers: float | None, every_s: float = 15.0
) -> list[float]:
    """The limit after each answer to what is left."""
    spending, found = Spending(), list[float]()

    async def ask() -> float | None:
        return answers[min(len(found), len(answers) - 1)]

    keeping = asyncio.create_task(keep_budget(spending, own_usd, ask))
    await asyncio.sleep(1)
    for _ in answers:
        found.append(spending.limit_usd)
        await asyncio.sleep(every_s)
    keeping.cancel()
    return found


async def test_the_smaller_of_its_own_limit_and_what_is_left_counts() -> None:
    assert await limits_of(0.5, 2.0, 0.3) == [0.5, 0.3]
    assert await limits_of(None, 2.0, 3.0) == [2.0, 3.0]


async def test_what_others_have_used_up_ends_this_call_too() -> None:
    assert await limits_of(0.5, 0.4, -0.2) == [0.4, 0.0]


async def test_while_nobody_knows_what_is_left_the_last_answer_counts() -> None:
    assert await limits_of(0.5, 0.3, None) == [0.3, 0.3]
    assert await limits_of(None, None) == [math.inf]


async def test_a_call_is_ended_when_others_use_up_the_day() -> None:
    scene, spending, left = Scene(), Spending(), [1.0]
    spending.comes_to(0.2)

    async def ask() -> float | None:
        return left[0]

    conversation = Conversation(FakeLine(), story=StoryData("Maria", "Lisbon"))
    async with asyncio.TaskGroup() as group:
        keeping = group.create_task(keep_budget(spending, None, ask))
        limiting = group.create_task(keep_cost_limit(scene.floor, conversation, spending))
        await scene.until(20)
        assert scene.lines == []
        left[0] = 0.1
        await limiting
        keeping.cancel()
    assert scene.ending.reason is EndReason.TIME_LIMIT
    assert scene.ending.error == "the cost limit of 0.1 USD was reached"

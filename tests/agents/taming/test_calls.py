"""Which tool calls of a model are carried out."""

from collections.abc import AsyncIterator

import pytest
from livekit.agents.llm import FunctionCall

from agents.taming.budget import MOST_IN_CALL, Budget
from agents.taming.calls import MOST_CHARS, MOST_IN_ANSWER, Calls, bounded
from agents.taming.notices import Notice
from tests.agents.taming.noted import Noted

pytestmark = pytest.mark.unit

TOOLS = ("one", "two", "three", "four")


def calls(noted: Noted | None = None, budget: Budget | None = None, early: str = "") -> Calls:
    return Calls(TOOLS, budget or Budget(), noted or Noted(), is_welcome=lambda name: name != early)


def test_a_known_tool_may_be_called_once_in_an_answer() -> None:
    answer = calls()
    assert answer.permits("one", "{}")
    assert not answer.permits("one", "{}")
    assert answer.permits("two", "{}")


def test_what_nobody_offered_is_refused() -> None:
    assert not calls().permits("transfer_all_my_money", "{}")


def test_arguments_that_are_no_name_and_place_are_refused() -> None:
    assert calls().permits("one", "x" * MOST_CHARS)
    assert not calls().permits("one", "x" * (MOST_CHARS + 1))


def test_an_answer_has_few_calls() -> None:
    answer = calls()
    assert [answer.permits(name, "{}") for name in TOOLS] == [True] * MOST_IN_ANSWER + [False]


def test_a_whole_call_has_no_more_than_its_budget() -> None:
    budget = Budget()
    permitted = [calls(budget=budget).permits("one", "{}") for _ in range(MOST_IN_CALL + 5)]
    assert sum(permitted) == MOST_IN_CALL
    assert not permitted[-1]


def test_a_tool_that_is_called_too_early_is_refused() -> None:
    assert not calls(early="two").permits("two", "{}")


def test_what_was_refused_is_told_once_and_counted() -> None:
    noted = Noted()
    answer = calls(noted, early="two")
    for name in ["one"] * 300 + ["two", "nonsense"]:
        answer.permits(name, "{}")
    answer.close()
    answer.close()
    assert noted.all == [(Notice.TOOL_REFUSED, "again 299, too early 1, unknown 1")]


def test_nothing_is_told_where_nothing_was_refused() -> None:
    noted = Noted()
    answer = calls(noted)
    answer.permits("one", "{}")
    answer.close()
    assert noted.all == []


@pytest.mark.asyncio(loop_scope="function")
async def test_the_calls_of_a_realtime_model_are_bounded_as_they_come() -> None:
    async def three_hundred() -> AsyncIterator[FunctionCall]:
        for number in range(300):
            yield FunctionCall(call_id=str(number), name="one", arguments="{}")

    noted = Noted()
    answer = bounded(three_hundred(), TOOLS, Budget(), noted)
    carried_out = [call async for call in answer]
    assert [call.call_id for call in carried_out] == ["0"]
    assert noted.all == [(Notice.TOOL_REFUSED, "again 299")]

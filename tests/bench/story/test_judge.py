"""The judge is asked narrow questions, one at a time, and its answers become shares."""

import pytest

from bench.story.judge import MOST_EXCHANGES, judge, load_questions
from tests.bench.story.tellings import telling

pytestmark = pytest.mark.unit

TOLD = telling("Do you go, or stay?", "I go.", "You go. Left, or right?", "Left.", "The end.")


async def test_the_share_of_yes_is_reported_for_each_question() -> None:
    async def ask(instructions: str, transcript: str) -> str:
        return "Yes." if "I go." in transcript else " no"

    measures = await judge([TOLD], ask)
    assert [each.name for each in measures] == [each.name for each in load_questions()]
    assert {(each.value, each.count) for each in measures} == {(0.5, 2)}


async def test_an_answer_that_is_neither_is_left_out() -> None:
    async def ask(instructions: str, transcript: str) -> str:
        return "It depends on what you mean."

    assert {each.value for each in await judge([TOLD], ask)} == {None}


async def test_every_question_comes_with_its_own_two_examples() -> None:
    asked: list[str] = []

    async def ask(instructions: str, transcript: str) -> str:
        asked.append(instructions)
        return "yes"

    await judge([TOLD], ask)
    for question in load_questions():
        assert any(question.yes in each and question.no in each for each in asked)
    assert len({each.yes for each in load_questions()}) == len(load_questions())


async def test_the_bill_of_the_judge_is_bounded() -> None:
    asked = 0

    async def ask(instructions: str, transcript: str) -> str:
        nonlocal asked
        asked += 1
        return "yes"

    await judge([TOLD] * 100, ask)
    assert asked == MOST_EXCHANGES * len(load_questions())

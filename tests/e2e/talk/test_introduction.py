"""Callers who tell Echo who they are, or take it back, or would rather not."""

import pytest

from agents.story import NEUTRAL_LOCATION, NEUTRAL_NAME
from bot.records import AgentReached, EndReason
from tests.e2e.house import House, TestCall, assert_heard, assert_one_heard, has_word

pytestmark = [pytest.mark.e2e, pytest.mark.side_by_side]


async def test_both_facts_in_one_sentence_begin_the_story_at_once(house: House) -> None:
    async with house.ring() as call:
        await call.answer_greeting("My name is Peter and I live in Berlin.")
        opening = await call.hear_until("?")
        assert_heard(opening, "Peter", "Berlin")
        await _hang_up_in_story(call, turns=1)


async def test_a_correction_counts_and_the_wrong_name_is_not_used(house: House) -> None:
    async with house.ring() as call:
        await call.answer_greeting("My name is Robert.")
        question = await call.hear_until("?")
        assert_heard(question, "Robert", "where")
        await call.phone.say("No, not Robert. My name is Peter.")
        assert_heard(await call.hear_until("?"), "Peter")
        await call.phone.say("I'm from Chicago.")
        opening = await call.hear_until("?")
        assert_heard(opening, "Peter", "Chicago")
        assert not has_word(opening, "Robert")
        await _hang_up_in_story(call, turns=3)


async def test_a_caller_who_refuses_gets_a_story_with_neutral_words(house: House) -> None:
    async with house.ring() as call:
        await call.answer_greeting("I'd rather not tell you my name or where I live.")
        opening = await call.hear_until("?")
        # One of both is enough: the ears mishear a word of every other sentence.
        assert_one_heard(opening, NEUTRAL_NAME, NEUTRAL_LOCATION)
        await _hang_up_in_story(call, turns=1)


async def _hang_up_in_story(call: TestCall, turns: int) -> None:
    await call.phone.hang_up()
    record = await call.record()
    assert record.agent_reached is AgentReached.STORY
    assert record.end_reason is EndReason.CALLER_HUNG_UP
    assert record.turns == turns
    assert record.error is None

"""Callers who talk to Echo: what they hear, and that nothing of their call is left behind."""

import pytest

from bot.records import AgentReached, EndReason
from tests.e2e.house import House, TestCall, assert_heard, assert_one_heard, is_heard
from tests.second_tries import Misheard

pytestmark = [pytest.mark.e2e, pytest.mark.side_by_side]

ANSWERS = ("The left door.", "Anna.", "Open the gate, please.", "Throw him a rope.")
MORE = ("one more", "last story")
# Where the left door leads.
GARDEN = ("garden", "dragon", "lemon")
# The ears are not sure of any one word of the goodbye.
GOODBYES = ("for this story", "sleep", "goodbye", "bye bye")
# They lose question marks, too.
QUESTIONS = ("?", "do you", "would you", "what ", "which ", "shall ")


async def test_the_whole_story_is_told_and_ends_with_a_goodbye(house: House) -> None:
    async with house.ring() as call:
        opening = await call.introduce("I'm Peter from Berlin.")
        assert_heard(opening, "Berlin", "Peter")
        turns = [opening]
        for answer in ANSWERS:
            await call.phone.say(answer)
            turns.append(await call.hear(20.0))
            if _offers_more(turns[-1]):
                break
        assert_one_heard(turns[-1], *MORE)
        assert_one_heard(turns[1], *GARDEN)
        if sum(map(_asks, turns)) < len(turns) - 1:
            raise Misheard(f"turns without a question: {turns}")
        await call.phone.say("No, thank you.")
        await call.hear_until(*GOODBYES)
        await _is_let_go(call)
        record = await call.record()
        assert record.end_reason is EndReason.STORY_FINISHED
        assert record.agent_reached is AgentReached.STORY
        assert record.turns == len(turns) + 1
        assert record.from_number == call.from_number
        assert record.to_number == house.stack.number
        assert record.sip_call_id
        assert record.answered_at is not None
        assert record.error is None


async def test_a_caller_who_says_stop_in_mid_story_is_let_go_with_a_goodbye(house: House) -> None:
    async with house.ring() as call:
        await call.begin_story()
        await call.phone.interrupt("Stop, please. I want to end the call now.")
        assert_heard(await call.hear_until(*GOODBYES), "Peter")
        await _is_let_go(call)
        assert (await call.record()).end_reason is EndReason.STORY_FINISHED


async def _is_let_go(call: TestCall) -> None:
    await call.phone.wait_hung_up(10.0)
    assert call.phone.ended_by == "far end"
    assert call.phone.heard_to_the_end, "the goodbye was cut"


def _asks(said: str) -> bool:
    return any(words in said.lower() for words in QUESTIONS)


def _offers_more(said: str) -> bool:
    return any(is_heard(said, words) for words in MORE)

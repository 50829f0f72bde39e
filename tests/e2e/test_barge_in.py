"""Callers who talk while Echo talks."""

import pytest

from bot.records import AgentReached, EndReason
from local.caller import Line, PhoneCall
from local.caller.speech import SPEECH_RATE_HZ
from tests.e2e.house import (
    GREETING,
    House,
    TestCall,
    assert_heard,
    assert_one_heard,
    has_word,
    hear_until,
)

pytestmark = pytest.mark.e2e

# From the caller's first sound until Echo is silent, as the caller hears it: 0.3 s of voice count
# as an interruption, the way there and back takes 0.4 s, a busy machine the rest.
STOPS_WITHIN_S = 1.5
# "Shall I go on with the story, or shall we end here?", also when not heard perfectly.
GO_ON = ("with the story", "end here")
# From the caller's last sound until Echo is heard again: the filler would come after three.
ANSWERS_WITHIN_S = 3.0 + 2.5


def talked_on_s(phone: PhoneCall, interruption: Line) -> float:
    """How long the far end talked on after the caller had begun to talk over it."""
    begun_s = min(s.start_s for s in phone.caller_speech if s.start_s >= interruption.start_s)
    under_way = [span for span in phone.far_speech if span.start_s < begun_s < span.end_s]
    assert under_way, "the far end was not talking then"
    return under_way[-1].end_s - begun_s


async def test_a_caller_who_talks_over_the_story_is_asked_whether_to_go_on(house: House) -> None:
    async with house.ring() as call:
        await call.begin_story()
        words = await call.phone.interrupt("Excuse me, hold on a moment.", after_s=1.5)
        question = await call.hear_until("?")
        assert talked_on_s(call.phone, words) < STOPS_WITHIN_S
        assert_one_heard(question, *GO_ON)
        await call.phone.say("Yes, go on.")
        assert_heard(await call.hear_until("?"), "door")
        await call.phone.hang_up()
        assert (await call.record()).agent_reached is AgentReached.STORY


async def test_a_caller_who_talks_over_the_handover_reaches_the_story_once(house: House) -> None:
    async with house.ring() as call:
        await call.answer_greeting("I'm Peter from Berlin.")
        await call.phone.interrupt("I hope it is a good story.", after_s=0.0)
        await _is_in_the_story_once(call)


async def test_a_caller_who_talks_on_during_the_handover_reaches_the_story_once(
    house: House,
) -> None:
    facts = await house.speech.synthesize("I'm Peter from Berlin.")
    more = await house.speech.synthesize("I hope it is a good story.")
    # Long enough to end the turn: the facts are being handed over when the caller goes on.
    pause = bytes(round(0.7 * SPEECH_RATE_HZ) * 2)
    async with house.ring() as call:
        assert_heard(await call.hear(), GREETING)
        await call.phone.play(facts + pause + more, SPEECH_RATE_HZ, "(facts, pause, hope)")
        await _is_in_the_story_once(call)


async def _is_in_the_story_once(call: TestCall) -> None:
    """The caller hears soon of the story and is not greeted again; one storyteller began."""
    last_word_s = call.phone.caller_speech[-1].end_s
    answer = await hear_until(call.phone, "?", after_s=last_word_s)
    answer_s = min(span.start_s for span in call.phone.far_speech if span.end_s > last_word_s)
    assert answer_s - last_word_s < ANSWERS_WITHIN_S, "the caller sat in silence"
    assert not has_word(answer, GREETING)
    assert_one_heard(answer, *GO_ON, "door")
    await call.phone.hang_up()
    record = await call.record()
    assert record.agent_reached is AgentReached.STORY
    assert record.end_reason is EndReason.CALLER_HUNG_UP
    assert record.error is None
    assert await _beginnings(call.house, record.started_at.timestamp()) == 1


async def _beginnings(house: House, since_s: float) -> int:
    """How often a model was asked to begin a story."""
    return sum(
        "Begin the story" in str(request.details.get("instructions"))
        for request in await house.providers.requests()
        if request.at_s >= since_s
    )

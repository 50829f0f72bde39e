"""Providers that fail in the middle of a call: no caller sits in silence."""

import pytest

from bot.records import AgentReached, EndReason
from local.providers.faults import Fault, Service
from tests.e2e.failing import (
    APOLOGY,
    APOLOGY_HEARD_S,
    FAREWELL,
    FILLER,
    FILLER_HEARD_S,
    STORY,
    WHO,
    assert_proper_end,
    hang_up,
    waited_s,
)
from tests.e2e.house import House, assert_heard, is_heard
from tests.e2e.whole_story import hear_whole_story

pytestmark = pytest.mark.e2e

# Seen of real providers (bench/figures.py has the same).
USUAL_S: dict[Service, float] = {"stt": 0.35, "chat": 0.375, "realtime": 0.375, "speech": 0.1}


async def test_a_slow_model_is_covered_by_a_filler(house: House) -> None:
    async with house.ring() as call:
        await call.hear()
        await house.providers.fault(Fault("chat", "delay", delay_s=5.0))
        await call.phone.say(WHO)
        said = await call.hear_until(STORY)
        assert_heard(said, FILLER)
        assert waited_s(call.phone) < FILLER_HEARD_S
        assert await hang_up(call) is AgentReached.STORY


async def test_a_model_that_stays_silent_gets_an_apology_and_a_proper_end(house: House) -> None:
    async with house.ring() as call:
        await call.hear()
        await house.providers.fault(Fault("chat", "stall", times=None))
        await call.phone.say(WHO)
        await call.hear_until(FILLER)
        await call.hear_until(APOLOGY)
        apology_s = call.phone.far_speech[-1].start_s - call.phone.caller_speech[-1].end_s
        assert apology_s < APOLOGY_HEARD_S
        await call.hear_until(FAREWELL)
        await assert_proper_end(call)


async def test_a_model_that_refuses_is_asked_again_after_an_apology(house: House) -> None:
    async with house.ring() as call:
        await call.hear()
        await house.providers.fault(Fault("chat", "http_error", status=500, times=None))
        await call.phone.say(WHO)
        await call.phone.wait_for_speech()
        await house.providers.clear_faults()
        said = await call.hear_until(STORY)
        assert_heard(said, APOLOGY)
        assert waited_s(call.phone) < FILLER_HEARD_S
        assert await hang_up(call) is AgentReached.STORY


async def test_a_lost_transcription_costs_at_most_one_utterance(house: House) -> None:
    async with house.ring() as call:
        await call.hear()
        await house.providers.fault(Fault("stt", "cut"))
        await call.phone.say(WHO)
        heard = await call.hear(20.0)
        if not is_heard(heard, STORY):
            await call.phone.say(WHO)
            await call.hear_until(STORY)
        assert await hang_up(call) is AgentReached.STORY


async def test_a_transcription_that_goes_mute_is_noticed_and_the_caller_asked_again(
    house: House,
) -> None:
    async with house.ring() as call:
        await call.hear()
        await house.providers.fault(Fault("stt", "delay", delay_s=60.0))
        await call.phone.say(WHO)
        await call.hear_until("again")
        assert await hang_up(call) is AgentReached.INTRO


async def test_a_voice_that_fails_is_replaced_by_the_stored_apology(house: House) -> None:
    async with house.ring() as call:
        await call.hear()
        await house.providers.fault(Fault("speech", "http_error", status=500, times=None))
        await call.phone.say("I'm Peter.")
        await call.phone.wait_for_speech()
        await house.providers.clear_faults()
        said = await call.hear_until("calling from")
        assert_heard(said, APOLOGY)
        assert await hang_up(call) is AgentReached.INTRO


async def test_what_fails_before_the_caller_is_done_is_asked_for_again_without_a_word(
    house: House,
) -> None:
    async with house.ring() as call:
        await call.hear()
        # What is prepared while the caller trails off fails; the answer itself does not.
        await house.providers.fault(Fault("speech", "http_error", status=500, times=2))
        await call.phone.say("My name is Peter, and")
        heard = await call.hear_until("calling from")
        assert not is_heard(heard, APOLOGY), heard
        assert await hang_up(call) is AgentReached.INTRO


async def test_a_voice_that_never_comes_back_ends_the_call_properly(house: House) -> None:
    await house.providers.fault(Fault("speech", "http_error", status=500, times=None))
    async with house.ring() as call:
        assert_heard(await call.hear_until(FAREWELL), APOLOGY)
        await assert_proper_end(call)


async def test_models_that_are_as_slow_as_usual_tell_the_whole_story(house: House) -> None:
    for service, delay_s in USUAL_S.items():
        await house.providers.fault(Fault(service, "delay", delay_s=delay_s, times=None))
    async with house.ring() as call:
        await hear_whole_story(call)
        record = await call.record()
        assert record.end_reason is EndReason.STORY_FINISHED
        assert record.error is None

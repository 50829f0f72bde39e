"""Providers that fail in the middle of a call: no caller sits in silence."""

import pytest

from bot.records import AgentReached, EndReason
from local.caller import PhoneCall
from local.providers.faults import Fault
from tests.e2e.house import House, TestCall

pytestmark = pytest.mark.e2e

# From the caller's last sound: the end of the turn (0.6 s), the way there and back (0.4 s), and
# what a busy machine adds, on top of the promised 3 s and 8 s.
FILLER_HEARD_S = 3.0 + 2.5
APOLOGY_HEARD_S = 8.0 + 3.5

FILLER = "moment"
APOLOGY = "sorry"
WHO = "Hi, I'm Maria from Lisbon."


def waited_s(phone: PhoneCall) -> float:
    """How long the caller has waited for the far end's first sound after their own last words."""
    last = phone.caller_speech[-1].end_s
    return min(span.start_s for span in phone.far_speech if span.end_s > last) - last


async def test_a_slow_model_is_covered_by_a_filler(house: House) -> None:
    async with house.ring() as call:
        await call.hear()
        await house.providers.fault(Fault("chat", "delay", delay_s=5.0))
        await call.phone.say(WHO)
        filler = await call.phone.hear(10.0)
        assert FILLER in filler.text.lower()
        assert waited_s(call.phone) < FILLER_HEARD_S
        assert "Lisbon" in await call.hear(20.0)


async def test_a_model_that_stays_silent_gets_an_apology_and_a_proper_end(house: House) -> None:
    async with house.ring() as call:
        await call.hear()
        await house.providers.fault(Fault("chat", "stall", times=None))
        await call.phone.say(WHO)
        assert FILLER in (await call.phone.hear(10.0)).text.lower()
        apology = await call.phone.hear(10.0)
        assert APOLOGY in apology.text.lower()
        assert apology.start_s - call.phone.caller_speech[-1].end_s < APOLOGY_HEARD_S
        farewell = await call.hear(15.0)
        assert "again" in farewell.lower()
        await call.phone.wait_hung_up(10.0)
        assert call.phone.heard_to_the_end
        assert (await call.record()).end_reason is EndReason.PROVIDER_FAILURE


async def test_a_model_that_refuses_once_is_asked_again_after_an_apology(house: House) -> None:
    async with house.ring() as call:
        await call.hear()
        # Twice: the library repeats a refused request once by itself.
        await house.providers.fault(Fault("chat", "http_error", status=500, times=2))
        await call.phone.say(WHO)
        assert APOLOGY in (await call.phone.hear(10.0)).text.lower()
        assert waited_s(call.phone) < FILLER_HEARD_S
        assert "Lisbon" in await call.hear(20.0)
        record = await _hang_up(call)
        assert record == AgentReached.STORY


async def test_the_story_is_told_without_the_realtime_model_when_it_is_away(house: House) -> None:
    await house.providers.fault(Fault("realtime", "http_error", status=503, times=None))
    async with house.ring() as call:
        opening = await call.introduce()
        assert "Lisbon" in opening
        assert APOLOGY not in opening.lower()
        assert await _hang_up(call) == AgentReached.STORY


async def test_a_realtime_model_lost_in_mid_story_is_replaced_and_the_story_goes_on(
    house: House,
) -> None:
    async with house.ring() as call:
        await call.introduce()
        await house.providers.fault(Fault("realtime", "cut"))
        heard = await call.hear(10.0)
        assert APOLOGY in heard.lower()
        if not heard.rstrip().endswith("?"):
            heard = await call.hear(20.0)
        assert heard.rstrip().endswith("?")
        await call.phone.say("Yes, please.")
        assert await call.hear(20.0)
        record = await call.house.record(call.from_number)
        assert record is not None and record.is_open
        assert await _hang_up(call) == AgentReached.STORY


async def test_a_realtime_model_that_stalls_is_replaced_and_the_story_goes_on(house: House) -> None:
    async with house.ring() as call:
        await call.introduce()
        await house.providers.fault(Fault("realtime", "stall", times=None))
        await call.phone.say("Yes, please.")
        assert FILLER in (await call.phone.hear(10.0)).text.lower()
        assert APOLOGY in (await call.phone.hear(12.0)).text.lower()
        assert await call.hear(20.0)
        assert await _hang_up(call) == AgentReached.STORY


async def test_a_lost_transcription_costs_at_most_one_utterance(house: House) -> None:
    async with house.ring() as call:
        await call.hear()
        await house.providers.fault(Fault("stt", "cut"))
        await call.phone.say(WHO)
        heard = await call.hear(20.0)
        if "Lisbon" not in heard:
            await call.phone.say(WHO)
            heard = await call.hear(20.0)
        assert "Lisbon" in heard
        assert await _hang_up(call) == AgentReached.STORY


async def test_a_transcription_that_goes_mute_is_noticed_and_the_caller_asked_again(
    house: House,
) -> None:
    async with house.ring() as call:
        await call.hear()
        await house.providers.fault(Fault("stt", "delay", delay_s=60.0))
        await call.phone.say(WHO)
        heard = await call.hear(15.0)
        assert "again" in heard.lower() or "catch" in heard.lower()
        await house.providers.clear_faults()
        await call.phone.hang_up()
        assert (await call.record()).end_reason is EndReason.CALLER_HUNG_UP


async def test_a_voice_that_fails_is_replaced_by_the_stored_apology(house: House) -> None:
    async with house.ring() as call:
        await call.hear()
        # The realtime model has a voice of its own; let the pipeline tell the story.
        await house.providers.fault(Fault("speech", "http_error", status=500, times=2))
        await call.phone.say("I'm Maria.")
        assert APOLOGY in (await call.phone.hear(12.0)).text.lower()
        assert await call.hear(20.0)
        await call.phone.hang_up()
        assert (await call.record()).end_reason is EndReason.CALLER_HUNG_UP


async def test_a_voice_that_never_comes_back_ends_the_call_properly(house: House) -> None:
    await house.providers.fault(Fault("speech", "http_error", status=500, times=None))
    async with house.ring() as call:
        assert APOLOGY in (await call.phone.hear(12.0)).text.lower()
        farewell = await call.hear(15.0)
        assert "again" in farewell.lower()
        await call.phone.wait_hung_up(10.0)
        assert call.phone.heard_to_the_end
        assert (await call.record()).end_reason is EndReason.PROVIDER_FAILURE


async def _hang_up(call: TestCall) -> AgentReached:
    await call.phone.hang_up()
    record = await call.record()
    assert record.end_reason is EndReason.CALLER_HUNG_UP
    reached: AgentReached = record.agent_reached
    return reached

"""Machines that answer: Echo begins at once all the same, and does not tell them a story."""

import math
from array import array

import pytest

from bot.records import AgentReached, EndReason
from local.caller import PhoneCall
from sip.calls.outcome import Outcome
from tests.e2e.house import assert_heard, hear_until, is_heard
from tests.e2e.outbound.operator import Operator

pytestmark = [pytest.mark.e2e, pytest.mark.side_by_side]

BY_PHONE = ("--trunk", "telephones", "--json")
OPENING_DELAY_S = 1.0
GREETING = (
    "Hello, you have reached the voicemail of Maria. I cannot take your call right now. "
    "Please leave a message after the tone."
)
SCREENING = (
    "Hi. The person you are calling is using a screening service. "
    "Please state your name and why you are calling."
)
RATE_HZ = 8000


def beep(duration_s: float = 0.6, tone_hz: float = 1000.0) -> bytes:
    steps = range(round(duration_s * RATE_HZ))
    samples = (round(9000 * math.sin(2 * math.pi * tone_hz * n / RATE_HZ)) for n in steps)
    return array("h", samples).tobytes()


async def said_after(call: PhoneCall, moment_s: float, words: str) -> None:
    """Until Echo has said this after a moment; one utterance may reach across it."""
    heard = " ".join(line.text for line in call.lines if line.end_s > moment_s)
    if not is_heard(heard, words):
        await hear_until(call, words, after_s=moment_s)


async def test_a_mailbox_gets_a_short_message_after_the_beep(operator: Operator) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(number, *BY_PHONE)
    call = await operator.pick_up(telephone)
    await call.say(GREETING)
    await call.play(beep(), RATE_HZ)
    beeped_s = call.now_s
    await said_after(call, beeped_s, "another time")
    await call.wait_hung_up(10.0)
    assert call.heard_to_the_end, "the message was cut"
    assert call.far_speech[0].start_s - call.answered_s < OPENING_DELAY_S
    ended = await command.wait()
    assert (ended.exit_code, ended.answer["outcome"]) == (16, "voicemail"), ended
    order, record = await operator.ended(number)
    assert order.outcome is Outcome.VOICEMAIL
    assert record is not None and record.end_reason is EndReason.VOICEMAIL
    assert record.agent_reached is AgentReached.INTRO


async def test_a_screener_is_told_who_calls_and_why_and_whoever_comes_gets_the_story(
    operator: Operator,
) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(number, *BY_PHONE, "--name", "Maria")
    call = await operator.pick_up(telephone)
    await call.say(SCREENING)
    asked_s = call.now_s
    await said_after(call, asked_s, "owner")
    await call.say("Hello?")
    await call.hear_turn(20.0)
    await call.say("I am in Lisbon.")
    assert_heard((await call.hear_turn(20.0)).text, "Lisbon")
    await call.hang_up()
    ended = await command.wait()
    assert (ended.exit_code, ended.answer["outcome"]) == (0, "answered"), ended
    assert ended.answer["record"]["agent_reached"] == AgentReached.STORY.value


async def test_a_screener_behind_whom_nobody_comes_is_left(operator: Operator) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(number, *BY_PHONE)
    call = await operator.pick_up(telephone)
    await call.say(SCREENING)
    await said_after(call, call.now_s, "owner")
    await call.say("Thank you. Please hold.")
    await call.wait_hung_up(60.0)
    ended = await command.wait()
    assert (ended.exit_code, ended.answer["outcome"]) == (17, "screened"), ended
    assert "still there" not in " ".join(line.text for line in await call.transcript()).lower()


async def test_somebody_who_says_hello_into_the_opening_is_not_taken_for_a_machine(
    operator: Operator,
) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(number, *BY_PHONE)
    call = await operator.pick_up(telephone)
    await call.say("Hello? Who is this?")
    opening = await call.hear_turn()
    assert_heard(opening.text, "because")
    await call.say("I am Maria from Lisbon.")
    assert_heard((await call.hear_turn(20.0)).text, "Lisbon")
    await call.hang_up()
    assert (await command.wait()).answer["outcome"] == "answered"

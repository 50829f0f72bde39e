"""Somebody answers: what they hear first, what is known already, and how it ends."""

import pytest

from bot.records import AgentReached, BlockedBy, EndReason
from sip.calls.outcome import Outcome
from tests.e2e.house import assert_heard, has_word
from tests.e2e.outbound.operator import Operator

pytestmark = pytest.mark.e2e

BY_PHONE = ("--trunk", "telephones", "--json")
FIRST_WORD_S = 0.3


async def test_whoever_answers_hears_at_once_who_is_calling_and_why(operator: Operator) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(number, *BY_PHONE)
    call = await operator.pick_up(telephone)
    opening = await call.hear_turn()
    assert_heard(opening.text, "storyteller", "because")
    assert_heard(opening.text.split()[0], "hello")
    assert opening.start_s - call.answered_s < FIRST_WORD_S
    await call.say("I am Maria from Lisbon.")
    story = await call.hear_turn(20.0)
    assert_heard(story.text, "Lisbon")
    await call.hang_up()
    ended = await command.wait()
    assert (ended.exit_code, ended.answer["outcome"]) == (0, "answered")
    assert ended.answer["record"]["end_reason"] == EndReason.CALLER_HUNG_UP.value
    order, record = await operator.ended(number)
    assert order.outcome is Outcome.ANSWERED
    assert record is not None and record.agent_reached is AgentReached.STORY
    assert record.answered_at is not None and record.sip_call_id
    assert len(telephone.calls) == 1


@pytest.mark.side_by_side
async def test_somebody_whose_name_and_place_are_known_gets_the_story_at_once(
    operator: Operator,
) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(
        number, *BY_PHONE, "--name", "Maria", "--location", "Lisbon", "--wait", "answer"
    )
    call = await operator.pick_up(telephone)
    ended = await command.wait()
    assert (ended.exit_code, ended.answer["ended"]) == (0, False), "it waits for the answer only"
    words = (await call.hear_turn(silence_s=2.5)).text
    assert_heard(words, "Maria", "because", "Lisbon", "?")
    assert not has_word(words, "name")
    await call.hang_up()
    _, record = await operator.ended(number)
    assert record is not None and record.agent_reached is AgentReached.STORY


@pytest.mark.side_by_side
async def test_a_callee_who_hangs_up_at_once_has_answered(operator: Operator) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(number, *BY_PHONE)
    call = await operator.pick_up(telephone)
    await call.hang_up()
    ended = await command.wait()
    assert (ended.exit_code, ended.answer["outcome"]) == (0, "answered"), ended
    _, record = await operator.ended(number)
    assert record is not None and record.end_reason is EndReason.CALLER_HUNG_UP


@pytest.mark.side_by_side
async def test_a_callee_who_says_nothing_is_asked_and_then_let_go(operator: Operator) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(number, *BY_PHONE)
    call = await operator.pick_up(telephone)
    await call.wait_hung_up(60.0)
    said = " ".join(line.text for line in await call.transcript())
    assert_heard(said, "listening", "goodbye")
    ended = await command.wait()
    assert ended.answer["record"]["end_reason"] == EndReason.SILENCE.value


@pytest.mark.side_by_side
async def test_somebody_who_has_had_enough_in_mid_story_is_never_called_again(
    operator: Operator,
) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    known = ("--name", "Maria", "--location", "Lisbon")
    command = await operator.start(number, *BY_PHONE, *known)
    call = await operator.pick_up(telephone)
    await call.hear_turn(silence_s=2.5)
    await call.say("Please never call me again.")
    assert_heard((await call.hear_turn(20.0)).text, "never call this number again")
    await call.wait_hung_up(10.0)
    assert await operator.ledger.is_blocked(number)
    assert (await command.wait()).answer["record"]["agent_reached"] == AgentReached.STORY.value


@pytest.mark.side_by_side
async def test_whoever_asks_is_never_called_again(operator: Operator) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(number, *BY_PHONE)
    call = await operator.pick_up(telephone)
    await call.hear_turn()
    await call.say("Please never call me again.")
    assert_heard((await call.hear_turn(20.0)).text, "never call this number again")
    await call.wait_hung_up(10.0)
    assert call.heard_to_the_end
    assert (await command.wait()).exit_code == 0
    assert number in {b.number for b in await operator.ledger.blocked() if b.by is BlockedBy.CALLEE}
    ended = await operator.run(number, *BY_PHONE, "--again", "--idempotency-key", "another")
    assert (ended.exit_code, ended.answer["outcome"]) == (15, "refused")
    assert "do-not-call" in ended.answer["sentence"]
    assert len(telephone.calls) == 1


@pytest.mark.side_by_side
async def test_after_the_answer_ctrl_c_asks_and_a_second_one_is_a_yes(operator: Operator) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(number, *BY_PHONE)
    call = await operator.pick_up(telephone)
    await call.hear_turn()
    command.interrupt()
    await call.say("I am Maria from Lisbon.")
    assert (await call.hear_turn(20.0)).text, "one Ctrl-C ends nothing"
    command.interrupt()
    await call.wait_hung_up(6.0)
    ended = await command.wait()
    assert "End the call?" in ended.err
    assert (ended.exit_code, ended.answer["outcome"]) == (0, "answered")
    assert ended.answer["record"]["end_reason"] == EndReason.OPERATOR_HUNG_UP.value


@pytest.mark.side_by_side
async def test_without_json_every_step_is_a_line(operator: Operator) -> None:
    number = operator.new_number()
    telephone = await operator.house.telephone.telephone(number)
    command = await operator.start(number, "--trunk", "telephones")
    call = await operator.pick_up(telephone)
    await call.hear_turn()
    await call.hang_up()
    out = (await command.wait()).out
    steps = ("queued", "storyteller", "ringing", "answered", "ended")
    places = [out.find(step) for step in steps]
    assert -1 not in places and places == sorted(places), out
    assert number not in out

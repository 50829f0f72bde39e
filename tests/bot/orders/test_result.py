"""What is told of a call that was asked for: one word, one sentence, and plain values."""

import json
from typing import Any

import pytest

from bot.orders.result import Result
from bot.records import AgentReached, EndReason, OrderState
from sip.calls.outcome import SENTENCES, Outcome
from tests.bot.records.orders import an_order
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit


def told(outcome: Outcome | None, end: EndReason | None = None, **order: Any) -> Result:
    record = a_call(end_reason=end) if end else None
    return Result.of(an_order(outcome=outcome, **order), record, is_first=True)


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.ANSWERED])
def test_every_outcome_has_its_sentence(outcome: Outcome) -> None:
    result = told(outcome, state=OrderState.ENDED)
    assert (result.outcome, result.sentence) == (outcome, SENTENCES[outcome])


def test_what_the_job_has_found_out_says_more_than_the_word() -> None:
    result = told(Outcome.BUSY, state=OrderState.ENDED, detail="The line was busy (Busy Here).")
    assert result.sentence == "The line was busy (Busy Here)."


def test_a_call_that_goes_on_is_told_as_one() -> None:
    result = told(Outcome.ANSWERED, state=OrderState.ANSWERED)
    assert result.sentence == "Somebody answered, and the call goes on."


def test_an_answered_call_tells_how_it_ended() -> None:
    result = told(Outcome.ANSWERED, EndReason.STORY_FINISHED, state=OrderState.ENDED)
    assert result.sentence == "Somebody answered; the call ended: story finished."


def test_whom_we_called_is_not_told_of_as_a_caller() -> None:
    result = told(Outcome.ANSWERED, EndReason.CALLER_HUNG_UP, state=OrderState.ENDED)
    assert result.sentence == "Somebody answered; they hung up, or their line was lost."


def test_an_answered_call_without_a_record_is_answered_all_the_same() -> None:
    assert told(Outcome.ANSWERED, state=OrderState.ENDED).sentence == "Somebody answered."


def test_an_order_that_nobody_concluded_has_failed() -> None:
    assert told(None, state=OrderState.ENDED).outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (Result.refused("the number is on the list"), Outcome.REFUSED),
        (Result.failed("no such trunk"), Outcome.FAILED),
    ],
)
def test_a_call_that_was_never_written_down_says_why(result: Result, outcome: Outcome) -> None:
    assert result.outcome is outcome
    assert result.sentence.startswith("Not called: ")
    assert result.as_json() == {
        "outcome": outcome.value,
        "sentence": result.sentence,
        "sip_status": None,
        "call_id": None,
        "idempotency_key": None,
        "first": True,
        "dialled": False,
        "ended": True,
        "record": None,
    }


def test_a_call_that_is_out_of_sight_may_be_going_on() -> None:
    result = Result.out_of_sight(an_order(state=OrderState.RINGING), is_first=False)
    assert result.outcome is Outcome.FAILED
    assert "may be going on" in result.sentence
    assert (result.as_json()["ended"], result.as_json()["first"]) == (False, False)


def test_plain_values_hold_times_as_text_and_go_through_json() -> None:
    order = an_order(
        state=OrderState.ENDED,
        outcome=Outcome.ANSWERED,
        dialed_at=NOON,
        idempotency_key="k",
        sip_status=200,
    )
    record = a_call(
        answered_at=NOON,
        ended_at=NOON,
        end_reason=EndReason.STORY_FINISHED,
        agent_reached=AgentReached.STORY,
        turns=7,
    )
    values = json.loads(json.dumps(Result.of(order, record, is_first=True).as_json()))
    assert (values["dialled"], values["ended"]) == (True, True)
    assert (values["idempotency_key"], values["sip_status"]) == ("k", 200)
    assert values["record"] == {
        "started_at": NOON.isoformat(),
        "answered_at": NOON.isoformat(),
        "ended_at": NOON.isoformat(),
        "end_reason": "story_finished",
        "agent_reached": "story",
        "turns": 7,
        "error": None,
    }


def test_a_call_in_progress_has_no_end_in_plain_values() -> None:
    values = Result.of(an_order(state=OrderState.ANSWERED), a_call(), is_first=True).as_json()
    record = values["record"]
    assert (record["answered_at"], record["ended_at"], record["end_reason"]) == (None, None, None)


def test_no_number_is_told() -> None:
    order = an_order(state=OrderState.ENDED, name="Maria")
    result = Result.of(order, a_call(), is_first=True)
    for text in (repr(result), json.dumps(result.as_json())):
        assert "202555" not in text
        assert "Maria" not in text

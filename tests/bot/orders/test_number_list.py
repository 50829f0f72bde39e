"""A list of people: how it is read, and what is to be done for each of them, by a fixed clock."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.orders.number_list import (
    Call,
    Done,
    Follow,
    Later,
    ListError,
    Retry,
    Row,
    Wait,
    next_step,
    read_list,
    row_prefix,
)
from bot.records import Order, OrderState
from sip.calls.outcome import Outcome
from tests.bot.records.orders import an_order
from tests.bot.records.records import NOON

pytestmark = pytest.mark.unit

RULES = Retry.parse(["busy=2x300", "no-answer=1x3600"])


def ended(outcome: Outcome, after_min: float, *, dialled: bool = True) -> Order:
    moment = NOON + timedelta(minutes=after_min)
    return an_order(
        state=OrderState.ENDED,
        outcome=outcome,
        asked_at=moment,
        dialed_at=moment if dialled else None,
        ended_at=moment,
    )


def step(*orders: Order, after_min: float = 0.0, began_min: float = 0.0) -> object:
    moment = NOON + timedelta(minutes=after_min)
    began_at = NOON + timedelta(minutes=began_min)
    return next_step(orders, RULES, began_at=began_at, now=moment)


def test_whoever_was_not_called_is_called() -> None:
    assert step() == Call(1)


def test_whoever_is_being_called_is_followed() -> None:
    live = an_order(state=OrderState.RINGING)
    assert step(live) == Follow(live)


def test_whoever_answered_or_has_no_rule_is_done() -> None:
    for outcome in (Outcome.ANSWERED, Outcome.DECLINED, Outcome.CANCELLED, Outcome.FAILED):
        last = ended(outcome, 0)
        assert step(last, after_min=9999, began_min=5000) == Done(last)


def test_a_busy_line_is_called_again_after_the_delay_and_only_so_often() -> None:
    first = ended(Outcome.BUSY, 0)
    assert step(first, after_min=4.9) == Wait(NOON + timedelta(minutes=5))
    assert step(first, after_min=5) == Call(2)
    second, third = ended(Outcome.BUSY, 5), ended(Outcome.BUSY, 10)
    assert step(first, second, after_min=10) == Call(3)
    assert step(first, second, third, after_min=9999) == Done(third)


def test_each_outcome_has_its_own_count_and_delay() -> None:
    busy, unanswered = ended(Outcome.BUSY, 0), ended(Outcome.NO_ANSWER, 5)
    assert step(busy, unanswered, after_min=10) == Wait(NOON + timedelta(minutes=65))
    assert step(busy, unanswered, after_min=65) == Call(3)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.CANCELLED, Outcome.REFUSED])
def test_a_call_that_never_dialled_is_made_by_the_next_run_and_not_by_this(
    outcome: Outcome,
) -> None:
    last = ended(outcome, 1, dialled=False)
    assert step(last, after_min=2, began_min=0) == Later(last)
    assert step(last, after_min=2, began_min=1.5) == Call(2)


def test_a_call_that_never_dialled_is_made_again_by_a_rule_for_failures() -> None:
    rules = Retry.parse(["failed=1x60"])
    first, second = (ended(Outcome.FAILED, at_min, dialled=False) for at_min in (1, 2))

    def now(*orders: Order, after_min: float) -> object:
        return next_step(orders, rules, began_at=NOON, now=NOON + timedelta(minutes=after_min))

    assert now(first, after_min=1.5) == Wait(NOON + timedelta(minutes=2))
    assert now(first, after_min=2) == Call(2)
    assert now(first, second, after_min=9) == Later(second)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("+12025550123\n+12025550124\n", [Row(1, "+12025550123"), Row(2, "+12025550124")]),
        (
            "number,name,location\n+12025550123,Maria,Lisbon\n",
            [Row(2, "+12025550123", "Maria", "Lisbon")],
        ),
        ("name,number\nMaria,+12025550123\n", [Row(2, "+12025550123", "Maria")]),
        ('\ufeff+12025550123, "Maria"\n\n# later\n', [Row(1, "+12025550123", "Maria")]),
        ("+12025550123\n+1 (202) 555-0123,Maria\n", [Row(1, "+12025550123")]),
        ("no number\n911\n", [Row(1, "no number"), Row(2, "911")]),
    ],
)
def test_a_list_is_read_in_every_usual_form(tmp_path: Path, text: str, rows: list[Row]) -> None:
    file = tmp_path / "numbers.csv"
    file.write_text(text, encoding="utf-8")
    assert read_list(file) == rows


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "no numbers"), (b"name,location\n", "no column"), (b"\xff\xfe\x00", "cannot be read")],
)
def test_what_is_no_list_is_refused_in_words(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "numbers.csv"
    file.write_bytes(content)
    with pytest.raises(ListError, match=reason):
        read_list(file)
    with pytest.raises(ListError, match="cannot be read"):
        read_list(tmp_path / "nowhere.csv")


@pytest.mark.parametrize("text", ["busy", "busy=2", "answered=1x5", "busy=2x5m", "=1x1"])
def test_a_rule_that_cannot_be_read_says_how_it_looks(text: str) -> None:
    with pytest.raises(ValueError, match="must look like busy=2x300"):
        Retry.parse([text])


def test_two_rules_for_one_outcome_are_no_rule() -> None:
    with pytest.raises(ValueError, match="two rules for busy"):
        Retry.parse(["busy=1x1", "failed=1x1", "busy=2x2"])


def test_the_key_of_a_list_with_a_long_name_still_fits_and_is_its_own() -> None:
    one, other = (row_prefix("x" * 4000 + end, "+12025550123") for end in "ab")
    assert one != other and len(one) < 240
    assert row_prefix("march", "+12025550123") == "list:march#+12025550123#"

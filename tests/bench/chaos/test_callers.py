"""When the stories of several callers count as whole."""

from dataclasses import dataclass, replace
from typing import cast

import pytest

from bench.chaos.callers import answers, cut_short
from local.caller.phone_call import PhoneCall
from local.caller.timing import Gap, Span

pytestmark = pytest.mark.unit


def _gap(wait_s: float | None) -> Gap:
    turn = Span(0.0, 1.0)
    return Gap(turn, None if wait_s is None else Span(1.0 + wait_s, 5.0))


@dataclass(frozen=True)
class Phone:
    """A call that is over."""

    response_gaps: tuple[Gap, ...] = (_gap(0.5), _gap(None))
    heard_to_the_end: bool = True


WHOLE = Phone()


def _judged(*phones: Phone, finished: int = 2) -> list[str]:
    return cut_short(cast("list[PhoneCall]", phones), finished)


def test_a_farewell_needs_no_answer() -> None:
    assert _judged(WHOLE, WHOLE) == []


def test_a_story_that_did_not_come_to_its_end_is_named() -> None:
    assert _judged(WHOLE, WHOLE, finished=1) == ["1 of 2 stories came to their end"]


def test_a_goodbye_that_was_cut_is_named() -> None:
    assert _judged(WHOLE, replace(WHOLE, heard_to_the_end=False)) == ["a goodbye was cut"]


def test_a_caller_without_answers_is_named() -> None:
    deaf = replace(WHOLE, response_gaps=(_gap(None), _gap(None)))
    assert _judged(deaf, WHOLE) == ["3 turns without an answer"]


def test_the_slowest_answer_is_told() -> None:
    slow = replace(WHOLE, response_gaps=(_gap(1.25),))
    assert answers(cast("list[PhoneCall]", [WHOLE, slow])) == "2 answers, the slowest after 1.2 s"
    assert answers([]) == "0 answers, the slowest after 0.0 s"

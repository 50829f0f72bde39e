"""What several callers heard, and what they should have heard."""

import pytest

from bench.chaos.callers import Told, answers, lost

pytestmark = pytest.mark.unit

WHOLE = Told([0.5, 1.25], [3.0, 2.96])


def test_who_heard_every_answer_to_its_end_lost_nothing() -> None:
    assert lost([WHOLE, WHOLE]) == []


def test_an_answer_that_was_cut_is_named() -> None:
    assert lost([WHOLE, Told([0.5], [2.8])]) == ["1 answers were not whole"]


def test_who_was_hung_up_on_is_named() -> None:
    assert lost([WHOLE, Told(failure="+1: the far end hung up")]) == ["+1: the far end hung up"]


def test_the_slowest_and_the_shortest_are_told() -> None:
    told = "3 answers of 3 s, the slowest after 1.3 s, the shortest 2.96 s"
    assert answers([WHOLE, Told([1.3], [3.2])]) == told
    assert answers([]) == "0 answers of 3 s, the slowest after 0.0 s, the shortest 0.00 s"

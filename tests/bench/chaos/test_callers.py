"""When the stories of several callers count as whole."""

import pytest

from bench.chaos.callers import Told, answers, cut_short

pytestmark = pytest.mark.unit

WHOLE = Told((0.5, 1.25), tail_s=0.4)


def test_stories_that_came_to_their_end_are_whole() -> None:
    assert cut_short([WHOLE, WHOLE], finished=2) == []


def test_a_story_that_did_not_come_to_its_end_is_named() -> None:
    assert cut_short([WHOLE, WHOLE], finished=1) == ["1 of 2 stories came to their end"]


@pytest.mark.parametrize("tail_s", [None, 0.1])
def test_a_goodbye_that_was_cut_is_named(tail_s: float | None) -> None:
    assert cut_short([WHOLE, Told((), tail_s)], finished=2) == ["a goodbye was cut"]


def test_the_slowest_answer_is_told() -> None:
    assert answers([WHOLE, Told((1.3,), 0.4)]) == "3 answers, the slowest after 1.3 s"
    assert answers([]) == "0 answers, the slowest after 0.0 s"

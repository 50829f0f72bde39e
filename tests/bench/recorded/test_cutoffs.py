"""The arithmetic of the study of cut-offs, without sound."""

import pytest

from bench.recorded.cutoffs import Pause, by_words, curve, cuts_at, measure, places, plain, wait_at

pytestmark = pytest.mark.unit

PAUSES = [Pause(0.3), Pause(0.5), Pause(0.8), Pause(1.2), Pause(None), Pause(None)]


def test_a_policy_cuts_the_pauses_that_are_longer_than_its_wait() -> None:
    assert measure(plain, 0.6, PAUSES).cuts == 0.5


def test_the_wait_is_the_median_after_true_ends() -> None:
    assert measure(plain, 0.6, PAUSES).wait_s == 0.6


def test_the_curve_is_read_in_both_directions() -> None:
    points = curve(plain, PAUSES)
    assert cuts_at(1.0, points) == 0.25
    assert wait_at(0.25, points) == pytest.approx(0.81, abs=0.02)
    assert wait_at(0.0, points) == pytest.approx(1.21, abs=0.02)


def test_words_that_trail_off_are_not_cut_where_silence_cuts() -> None:
    pauses = [Pause(0.9, "I live in"), Pause(None, "I live in the old town.")]
    assert measure(by_words, 1.0, pauses).cuts == 0.0
    assert measure(plain, measure(by_words, 1.0, pauses).wait_s, pauses).cuts == 1.0


def test_a_silence_in_which_the_other_side_speaks_ends_the_turn() -> None:
    found = places([(0.0, 1.0), (1.5, 2.0), (4.0, 5.0)], [(2.4, 3.5)])
    assert [place.length_s for place in found] == [0.5, None, None]
    assert [place.turn for place in found] == [(0.0, 1.0), (0.0, 2.0), (4.0, 5.0)]
    assert found[2].asked == (2.4, 3.5)


def test_a_long_silence_is_the_end_of_a_turn_that_nobody_answered() -> None:
    assert places([(0.0, 1.0), (9.0, 10.0)], [])[0].length_s is None

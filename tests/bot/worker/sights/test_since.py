"""For how long something has been seen, by our own looks alone."""

import pytest

from bot.worker.sights.since import Since

pytestmark = pytest.mark.unit


def test_what_is_forgotten_counts_from_the_next_look_on() -> None:
    since = Since(gap_s=9.0)
    since.look(["a", "b"], monotonic_s=100)
    since.begin_anew("a")
    assert since.look(["a", "b"], monotonic_s=102) == {"a": 0, "b": 2}
    assert since.look(["a", "b"], monotonic_s=105) == {"a": 3, "b": 5}


def test_what_was_never_seen_can_be_forgotten() -> None:
    since = Since(gap_s=9.0)
    since.begin_anew("a")
    assert since.look(["a"], monotonic_s=100) == {"a": 0}


@pytest.mark.parametrize(("pause_s", "counted_s"), [(9.0, 9.0), (9.1, 0.0)])
def test_a_pause_of_our_own_is_not_counted(pause_s: float, counted_s: float) -> None:
    since = Since(gap_s=9.0)
    since.look(["a"], monotonic_s=100)
    assert since.look(["a"], monotonic_s=100 + pause_s) == {"a": pytest.approx(counted_s)}

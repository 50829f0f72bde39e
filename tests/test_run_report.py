"""The lines by which a run that failed can be judged."""

import time

import pytest

from tests.run_report import LATE_S, Standstill, StandstillWatch, explained, in_words

pytestmark = pytest.mark.unit


def test_only_a_wait_that_lasts_is_a_standstill() -> None:
    watch = StandstillWatch()
    for late_s in (0.0, LATE_S - 0.01, LATE_S, 2.0):
        watch.note(late_s)
    assert [each.lasted_s for each in watch.seen] == [LATE_S, 2.0]
    assert abs(watch.seen[0].ended_at - time.time()) < 60


def test_the_watch_ends_when_it_is_told_to() -> None:
    watch = StandstillWatch()
    watch.pytest_sessionstart()
    watch.pytest_unconfigure()
    assert not watch._thread.is_alive()


def test_the_longest_are_told_first_with_their_time() -> None:
    seen = [Standstill(0.0, 0.6), Standstill(60.0, 4.0), Standstill(3600.0, 1.0)]
    told = in_words([*seen, Standstill(1.0, 0.5)])
    assert "4 times, 6.1 s, longest 4.0 s until 00:01:00, 1.0 s until 01:00:00, 0.6 s until" in told


def test_a_machine_that_never_stood_still_is_said_to_be_so() -> None:
    assert in_words([]).endswith("it never stood still for 0.15 s")


def test_of_a_failure_the_last_words_are_told() -> None:
    lines = [f"E   line {number}" for number in range(20)]
    failure = "\n".join(
        ["    def test() -> None:", ">       assert x", *lines, "tests/x.py:3: Error"]
    )
    assert explained(failure) == [f"line {number}" for number in range(8, 20)]


def test_a_failure_without_a_word_has_nothing_to_tell() -> None:
    assert explained("") == []

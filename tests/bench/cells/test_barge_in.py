"""When a sound of the caller has stopped Echo, and how long she was silent."""

import math

import pytest

from bench.cells.barge_in import stop_of
from bench.line.record import Sound

pytestmark = pytest.mark.unit

ONSET_S = 12.0
UNTIL_S = 15.0


def test_she_stopped_and_was_silent_until_she_was_heard_again() -> None:
    sounds = [Sound(10.0, 12.4), Sound(14.0, 16.0)]
    assert stop_of(sounds, ONSET_S, UNTIL_S) == pytest.approx((12.4, 1.6))


def test_she_talked_on() -> None:
    assert stop_of([Sound(10.0, 16.0)], ONSET_S, UNTIL_S) is None


def test_she_was_silent_anyway() -> None:
    assert stop_of([Sound(10.0, 11.0)], ONSET_S, UNTIL_S) is None


def test_she_was_never_heard_again() -> None:
    assert stop_of([Sound(10.0, 12.4)], ONSET_S, UNTIL_S) == (12.4, math.inf)

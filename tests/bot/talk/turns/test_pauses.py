"""How a caller's own pauses are learnt."""

import pytest

from bot.talk.turns.pauses import LONGEST_PAUSE_S, Pauses

pytestmark = pytest.mark.unit


def _after(*lengths_s: float) -> float | None:
    pauses = Pauses()
    for length_s in lengths_s:
        pauses.add(length_s)
    return pauses.habit_s


def test_one_pause_is_no_habit() -> None:
    assert _after(0.8) is None


def test_the_wait_covers_the_usual_pause_with_room_to_spare() -> None:
    assert _after(0.8, 0.8) == pytest.approx(1.0)


def test_one_long_pause_among_short_ones_is_an_exception() -> None:
    habit_s = _after(0.4, 0.4, 2.0)
    assert habit_s is not None and habit_s < 0.6


def test_a_caller_who_changes_is_followed() -> None:
    assert _after(1.2, 1.2, *[0.4] * 6) == pytest.approx(0.5)


def test_a_silence_that_was_no_pause_is_not_learnt() -> None:
    assert _after(LONGEST_PAUSE_S + 1, LONGEST_PAUSE_S + 1, -0.1, 0.0) is None

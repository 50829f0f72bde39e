"""Both sides on one line of time: every sound where it was heard, and silence elsewhere."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.talk.recording.tape import Lane, Samples, Tape

pytestmark = pytest.mark.unit

RATE_HZ = 1000
LOUDEST = 32767


def sound(length_s: float, value: int = 5) -> Samples:
    return np.full(round(length_s * RATE_HZ), value, dtype=np.int16)


def spans(side: Samples) -> list[tuple[float, float]]:
    """From when to when there is sound, in seconds."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], side != 0, [0])).astype(int)))
    return [(a / RATE_HZ, b / RATE_HZ) for a, b in edges.reshape(-1, 2).tolist()]


def test_each_side_has_its_channel() -> None:
    tape = Tape(RATE_HZ)
    tape.put(Lane.CALLER, 1.0, sound(0.5))
    tape.put(Lane.VOICE, 2.0, sound(0.5))
    heard = tape.take(3.0)
    assert heard.shape == (3000, 2)
    assert spans(heard[:, 0]) == [(1.0, 1.5)]
    assert spans(heard[:, 1]) == [(2.0, 2.5)]


def test_voice_and_stored_phrase_sound_together_and_never_wrap_around() -> None:
    tape = Tape(RATE_HZ)
    for lane in (Lane.VOICE, Lane.CLIPS):
        tape.put(lane, 1.0, sound(0.1, LOUDEST))
    assert tape.take(2.0)[1050].tolist() == [0, LOUDEST]


def test_a_caller_who_comes_late_and_then_at_once_stays_in_one_piece() -> None:
    tape = Tape(RATE_HZ)
    for at_s in (1.0, 1.02, 1.3, 1.3, 1.3, 1.3):  # held up for a quarter of a second
        tape.put(Lane.CALLER, at_s, sound(0.02))
    assert spans(tape.take(3.0)[:, 0]) == [(1.0, 1.12)]


def test_a_pause_of_echos_is_where_it_was() -> None:
    tape = Tape(RATE_HZ)
    tape.put(Lane.VOICE, 1.0, sound(0.05))
    tape.put(Lane.VOICE, 1.06, sound(0.05))  # the clock's own noise
    tape.put(Lane.VOICE, 1.3, sound(0.05))
    assert spans(tape.take(2.0)[:, 1]) == [(1.0, 1.1), (1.3, 1.35)]


def test_what_was_not_heard_is_taken_back() -> None:
    tape = Tape(RATE_HZ)
    tape.put(Lane.VOICE, 1.0, sound(0.5))
    tape.cut(Lane.VOICE, 1.2)
    tape.cut(Lane.VOICE, 5.0)
    tape.put(Lane.VOICE, 2.0, sound(0.1))
    assert spans(tape.take(3.0)[:, 1]) == [(1.0, 1.2), (2.0, 2.1)]


def test_what_has_been_taken_is_not_taken_back() -> None:
    tape = Tape(RATE_HZ)
    tape.put(Lane.VOICE, 0.5, sound(1.0))
    assert spans(tape.take(1.0)[:, 1]) == [(0.5, 1.0)]
    tape.cut(Lane.VOICE, 0.7)
    assert spans(tape.take(2.0)[:, 1]) == []


def test_what_was_heard_before_the_beginning_is_left_out() -> None:
    tape = Tape(RATE_HZ)
    tape.put(Lane.VOICE, -1.0, sound(0.5))
    assert spans(tape.take(1.0)[:, 1]) == []


def test_a_sound_that_is_too_late_does_not_make_all_others_late() -> None:
    tape = Tape(RATE_HZ)
    tape.take(10.0)
    tape.put(Lane.CALLER, 9.0, sound(0.02))
    tape.put(Lane.CALLER, 9.9, sound(0.02))  # in the first moment that is not taken yet
    tape.put(Lane.CALLER, 10.3, sound(0.02))
    assert spans(tape.take(12.0)[:, 0]) == [(0.0, 0.04)]


def test_what_nobody_takes_does_not_pile_up() -> None:
    tape = Tape(RATE_HZ)
    for second in range(100):
        tape.put(Lane.CALLER, float(second), sound(1.0))
    assert spans(tape.take(100.0)[:, 0]) == [(0.0, 30.0)]


@given(st.lists(st.floats(0, 3), min_size=1, max_size=9))
def test_however_it_is_taken_it_is_the_same(steps_s: list[float]) -> None:
    def taped() -> Tape:
        tape = Tape(RATE_HZ)
        for at_s in (0.5, 1.5, 7.0):
            tape.put(Lane.CALLER, at_s, sound(1.0, round(at_s * 10)))
        return tape

    tape, at_s, parts = taped(), 0.0, []
    for step_s in steps_s:
        at_s += step_s
        parts.append(tape.take(at_s))
    assert np.array_equal(np.concatenate(parts), taped().take(at_s))

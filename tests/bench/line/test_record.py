"""When a sound was spoken and heard, from packets and their times."""

import numpy as np
import pytest

from bench.line.g711 import Pcm, encode
from bench.line.record import Sound, heard, loud_samples, spoken
from bench.line.rtp import FRAME_SAMPLES

pytestmark = pytest.mark.unit

QUIET = np.zeros(FRAME_SAMPLES, np.int16)
LOUD = np.full(FRAME_SAMPLES, 4000, np.int16)


def half_loud(*, first: bool) -> Pcm:
    frame = QUIET.copy()
    frame[: FRAME_SAMPLES // 2 if first else FRAME_SAMPLES] = 4000
    if not first:
        frame[: FRAME_SAMPLES // 2] = 0
    return frame


def packets(*frames: Pcm, from_s: float = 10.0) -> list[tuple[float, bytes]]:
    return [(from_s + 0.02 * n, encode(frame)) for n, frame in enumerate(frames)]


def near(sound: Sound, start_s: float, end_s: float) -> bool:
    return [sound.start_s, sound.end_s] == pytest.approx([start_s, end_s])


def test_a_sample_is_heard_when_its_packet_has_arrived() -> None:
    sounds = heard(packets(QUIET, half_loud(first=False), LOUD, QUIET))
    assert len(sounds) == 1 and near(sounds[0], 10.03, 10.06)


def test_a_sample_was_spoken_before_its_packet_left() -> None:
    sounds = spoken(packets(QUIET, half_loud(first=False), half_loud(first=True)))
    assert len(sounds) == 1 and near(sounds[0], 10.01, 10.03)


def test_a_short_pause_is_part_of_a_sound_and_a_long_one_is_not() -> None:
    frames = packets(LOUD, QUIET, QUIET, LOUD, QUIET, QUIET, QUIET, QUIET, QUIET, LOUD)
    assert len(heard(frames, quiet_s=0.06)) == 2


def test_a_late_packet_is_heard_late() -> None:
    sounds = heard([(10.0, encode(LOUD)), (10.5, encode(LOUD))])
    assert [round(sound.start_s, 3) for sound in sounds] == [10.0, 10.5]


def test_silence_is_no_sound() -> None:
    assert loud_samples(QUIET) is None
    assert heard(packets(QUIET, QUIET)) == []

import wave
from pathlib import Path

import numpy as np
import pytest

from local.caller.hearing.recording import Track, save_stereo
from local.caller.timing import Span
from tests.local.caller.fakes import RATE_HZ, tone

pytestmark = pytest.mark.unit


def ones(count: int, value: int = 7) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.full(count, value, dtype=np.int16)


def test_what_nobody_wrote_is_silence() -> None:
    track = Track(RATE_HZ)
    track.write(100, ones(50))
    assert track.length == 150
    assert track.whole(200).tolist() == [0] * 100 + [7] * 50 + [0] * 50


def test_a_long_call_fits() -> None:
    track = Track(RATE_HZ)
    track.write(0, ones(10))
    track.write(RATE_HZ * 200, ones(10, 9))
    assert track.whole(10).tolist() == [7] * 10
    assert track.whole(track.length)[-10:].tolist() == [9] * 10


def test_sound_that_was_never_sent_can_be_taken_back() -> None:
    track = Track(RATE_HZ)
    track.write(0, ones(100))
    track.erase_from(60)
    assert track.whole(100).tolist() == [7] * 60 + [0] * 40
    assert track.length == 60


def test_a_span_is_cut_with_its_margin_and_beyond_the_end_with_silence() -> None:
    track = Track(RATE_HZ)
    track.write(RATE_HZ, ones(RATE_HZ))
    cut = track.cut(Span(1.0, 2.0), margin_s=0.5)
    assert len(cut) == 2 * RATE_HZ
    assert cut[: RATE_HZ // 2].tolist() == [0] * (RATE_HZ // 2)
    assert cut[RATE_HZ // 2] == 7


def test_the_file_has_the_caller_left_and_the_far_end_right_each_in_its_place(
    tmp_path: Path,
) -> None:
    left, right = Track(RATE_HZ), Track(RATE_HZ)
    left.write(2 * RATE_HZ, tone(0.5))
    right.write(RATE_HZ, tone(0.25))
    path = tmp_path / "new" / "call.wav"
    save_stereo(path, left, right)
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, RATE_HZ, 2)
        sound = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    assert len(sound) == 2.5 * RATE_HZ
    first_left, first_right = (int(np.nonzero(sound[:, side])[0][0]) for side in (0, 1))
    assert first_left == pytest.approx(2 * RATE_HZ, abs=2)
    assert first_right == pytest.approx(RATE_HZ, abs=2)


def test_two_rates_do_not_go_into_one_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two rates"):
        save_stereo(tmp_path / "x.wav", Track(8000), Track(16_000))

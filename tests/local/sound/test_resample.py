"""Resampling keeps what both rates can carry, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.sound.pcm import Samples, from_pcm, to_pcm
from local.sound.resample import Resampler, resample

pytestmark = pytest.mark.unit

RATES = [8000, 11025, 16000, 22050, 24000, 44100, 48000]


def tone(frequency_hz: float, rate_hz: int, duration_s: float = 0.48) -> Samples:
    times = np.arange(int(duration_s * rate_hz)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * frequency_hz * times)).astype(np.float32)


@pytest.mark.parametrize("from_hz", RATES)
@pytest.mark.parametrize("to_hz", RATES)
def test_a_tone_stays_the_same_tone(from_hz: int, to_hz: int) -> None:
    out = resample(tone(1000, from_hz), from_hz, to_hz)
    expected = tone(1000, to_hz)
    assert abs(len(out) - len(expected)) <= 1
    middle = slice(to_hz // 10, -to_hz // 10)
    length = min(len(out), len(expected))
    assert np.abs(out[:length][middle] - expected[:length][middle]).max() < 0.01


def test_what_the_lower_rate_cannot_carry_is_gone_not_folded() -> None:
    out = resample(tone(6000, 24000), 24000, 8000)
    assert np.sqrt(np.mean(out[800:-800] ** 2)) < 0.001


def test_nothing_leaks_from_the_end_to_the_beginning() -> None:
    sound = np.concatenate([np.zeros(8000, dtype=np.float32), tone(400, 16000, 0.2)])
    out = resample(sound, 16000, 8000)
    assert np.abs(out[:2000]).max() < 1e-3


@given(st.integers(0, 2000), st.sampled_from(RATES), st.sampled_from(RATES))
def test_the_length_is_right(count: int, from_hz: int, to_hz: int) -> None:
    out = resample(np.zeros(count, dtype=np.float32), from_hz, to_hz)
    assert len(out) == round(count * to_hz / from_hz)


def test_rates_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        resample(tone(400, 8000), 0, 8000)


def test_pcm_survives_the_round_trip_and_clips() -> None:
    pcm = np.array([0, 1000, -1000, 32000, -32000], dtype="<i2").tobytes()
    back = np.frombuffer(to_pcm(from_pcm(pcm)), dtype="<i2")
    assert np.abs(back - np.frombuffer(pcm, dtype="<i2")).max() <= 1
    loud = np.frombuffer(to_pcm(np.array([2.0, -2.0], dtype=np.float32)), dtype="<i2")
    assert loud.tolist() == [32767, -32767]
    assert len(from_pcm(b"\x01\x02\x03")) == 1


def test_a_stream_in_pieces_has_no_seams() -> None:
    wave = np.frombuffer(to_pcm(tone(1000, 8000)), dtype="<i2")
    stream = Resampler(8000, 16_000)
    out = np.concatenate([stream.push(wave[i : i + 160]) for i in range(0, len(wave), 160)])
    steps = np.abs(np.diff(out[200:-200].astype(float)))
    assert len(out) > 2 * len(wave) - 200
    assert steps.max() < 1.05 * 0.5 * 32767 * 2 * np.pi * 1000 / 16_000

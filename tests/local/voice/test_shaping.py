"""Silence around speech goes, the level is even, repeated texts are remembered."""

import numpy as np
import pytest

from local.sound.pcm import Samples
from local.voice.shaping import LEAD_S, PEAK, TAIL_S, at_phone_level, trim
from local.voice.voice import SpeechCache

pytestmark = pytest.mark.unit

RATE_HZ = 24_000


def silence(duration_s: float) -> Samples:
    noise = np.random.default_rng(1).normal(0, 0.0004, int(duration_s * RATE_HZ))
    return noise.astype(np.float32)


def sound(duration_s: float) -> Samples:
    times = np.arange(int(duration_s * RATE_HZ)) / RATE_HZ
    return (0.4 * np.sin(2 * np.pi * 300 * times)).astype(np.float32)


def test_silence_at_both_ends_is_cut_down() -> None:
    out = trim(np.concatenate([silence(0.4), sound(1.0), silence(0.7)]), RATE_HZ)
    assert len(out) / RATE_HZ == pytest.approx(LEAD_S + 1.0 + TAIL_S, abs=0.011)


def test_a_pause_inside_stays() -> None:
    out = trim(np.concatenate([sound(0.3), silence(0.5), sound(0.3)]), RATE_HZ)
    assert len(out) / RATE_HZ == pytest.approx(1.1, abs=0.011)


def test_nothing_is_left_of_silence() -> None:
    assert len(trim(np.zeros(RATE_HZ, dtype=np.float32), RATE_HZ)) == 0
    assert len(trim(np.zeros(3, dtype=np.float32), RATE_HZ)) == 0


def test_the_loudest_sample_is_at_minus_three_decibels() -> None:
    assert np.abs(at_phone_level(sound(0.2))).max() == pytest.approx(PEAK)
    assert 20 * np.log10(PEAK) == pytest.approx(-3.0)


def test_the_cache_forgets_what_was_used_least_lately() -> None:
    cache = SpeechCache(limit_bytes=40)
    for text in "abcd":
        cache.put((text, "echo", 1.0), [b"x" * 10])
    assert cache.get(("a", "echo", 1.0)) == [b"x" * 10]
    cache.put(("e", "echo", 1.0), [b"y" * 10])
    assert cache.get(("a", "echo", 1.0)) is not None
    assert cache.get(("b", "echo", 1.0)) is None
    assert cache.get(("e", "echo", 1.0)) == [b"y" * 10]


def test_the_cache_refuses_what_is_too_long() -> None:
    cache = SpeechCache(limit_bytes=40)
    cache.put(("long", "echo", 1.0), [b"x" * 11])
    assert cache.get(("long", "echo", 1.0)) is None

"""Mu-law as the telephone network has it."""

import numpy as np
import pytest

from bench.line.g711 import LEVELS, SILENCE, decode, encode

pytestmark = pytest.mark.unit


def test_every_level_survives() -> None:
    assert np.array_equal(decode(encode(LEVELS)), LEVELS)


def test_the_loudest_and_the_quietest() -> None:
    assert LEVELS[0x00] == -32124
    assert LEVELS[0x80] == 32124
    assert LEVELS[SILENCE] == 0


def test_the_nearest_level_is_taken() -> None:
    samples = np.arange(-32767, 32767, 97, dtype=np.int16)
    error = np.abs(decode(encode(samples)).astype(int) - samples)
    # A step is an eighth of the segment; the loudest segment begins at 16 thousand.
    assert error.max() <= max(1024 / 2, 32768 - 32124)
    assert error[np.abs(samples) < 30].max() <= 4

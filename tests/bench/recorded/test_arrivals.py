"""What is read as a clip: the sound from shortly before it was spoken until after its end."""

import numpy as np
import pytest

from bench.line.record import Sound
from bench.recorded.arrivals import AFTER_S, BEFORE_S, cut

pytestmark = pytest.mark.unit

FRAME = 320
FRAME_S = 0.02
TIMES_S = 1000.0 + FRAME_S * np.arange(500)
SAMPLES = np.repeat(np.arange(500, dtype=np.int16), FRAME)


def test_a_clip_is_cut_where_it_was_spoken_and_its_way_is_left_to_it() -> None:
    piece = cut(SAMPLES, TIMES_S, Sound(1004.0, 1005.0))
    assert piece[0] == pytest.approx((4.0 - BEFORE_S) / FRAME_S, abs=1)
    assert len(piece) / FRAME * FRAME_S == pytest.approx(BEFORE_S + 1.0 + AFTER_S, abs=FRAME_S)


def test_a_clip_in_a_hole_is_as_long_as_the_frames_that_came() -> None:
    hole = (TIMES_S < 1004.0) | (TIMES_S > 1006.0)
    piece = cut(SAMPLES[np.repeat(hole, FRAME)], TIMES_S[hole], Sound(1004.5, 1005.0))
    assert len(piece) == 0

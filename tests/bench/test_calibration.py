"""The instrument against a participant whose answer is known."""

import pytest

from bench.cells.calibrate import calibrate
from bench.figures import percentile
from bench.house import open_house

pytestmark = pytest.mark.alone

ONSETS = 6
# The path there and back is 0.22 s on an idle machine; a busy one adds to every part of it.
FLOOR_S = 0.1
# Two frames of 20 ms, one for each way, and the slices in which the second caller sends and reads.
AGREES_WITHIN_S = 0.06


async def test_two_independent_callers_agree_on_a_known_answer() -> None:
    async with open_house() as house:
        found = await calibrate(house, ONSETS, ONSETS)
    ours_s, theirs_s = percentile(found.loops_s, 0.5), percentile(found.second_loops_s, 0.5)
    assert ours_s is not None and theirs_s is not None, "a caller heard no tone"
    assert ours_s > FLOOR_S, "faster than the path can be: an onset was mistaken"
    assert abs(ours_s - theirs_s) < AGREES_WITHIN_S

"""How many packets a bad line loses, and which."""

from collections.abc import Callable
from itertools import groupby

import pytest

from bench.line import fates
from bench.line.media import Fate

pytestmark = pytest.mark.unit

PACKETS = 100_000


def lost(fate: Fate, packets: int = PACKETS) -> list[bool]:
    return [fate(number) is None for number in range(packets)]


@pytest.mark.parametrize("share", [0.02, 0.05, 0.15])
@pytest.mark.parametrize("make", [fates.loss, fates.bursts])
def test_a_line_loses_its_share(make: Callable[[float], Fate], share: float) -> None:
    assert sum(lost(make(share))) / PACKETS == pytest.approx(share, rel=0.15)


def test_a_burst_is_several_packets_in_a_row() -> None:
    runs = [len(list(run)) for is_lost, run in groupby(lost(fates.bursts(0.05))) if is_lost]
    assert min(runs) == fates.BURST_PACKETS


def test_a_late_packet_is_not_lost() -> None:
    delays = [fates.jitter(0.04)(number) for number in range(100)]
    assert all(delay is not None and 0 <= delay < 0.04 for delay in delays)


def test_a_hole_comes_again_and_again() -> None:
    runs = [(is_lost, len(list(run))) for is_lost, run in groupby(lost(fates.hole(2.0, 8.0), 1000))]
    assert runs == [(False, 400), (True, 100), (False, 400), (True, 100)]


def test_a_line_is_the_same_every_time() -> None:
    assert lost(fates.loss(0.05), 500) == lost(fates.loss(0.05), 500)

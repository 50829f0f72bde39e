"""What a bad line leaves of a voice."""

import numpy as np
import pytest

from bench.line import fates
from bench.line.media import arrives
from bench.recorded.losses import PACKET, BadLine

pytestmark = pytest.mark.unit

LOUD = np.full(100 * PACKET, 8000, np.int16)


def test_a_good_line_loses_nothing() -> None:
    assert np.abs(BadLine(arrives).carry(LOUD)).min() > 7000


def test_what_is_lost_is_silence_packet_by_packet() -> None:
    packets = BadLine(fates.loss(0.2)).carry(LOUD).reshape(-1, PACKET)
    lost = [not packet.any() for packet in packets]
    assert 10 <= sum(lost) <= 30
    assert all(packet.all() for packet, gone in zip(packets, lost, strict=True) if not gone)


def test_the_same_words_lose_other_packets_the_next_time() -> None:
    line = BadLine(fates.loss(0.2))
    assert not np.array_equal(line.carry(LOUD), line.carry(LOUD))


def test_the_end_of_a_voice_that_fills_no_packet_is_kept() -> None:
    assert len(BadLine(arrives).carry(LOUD[: PACKET + 7])) == PACKET + 7

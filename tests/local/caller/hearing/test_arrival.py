import pytest

from local.caller.hearing.arrival import ArrivalClock
from tests.local.caller.fakes import RATE_HZ

pytestmark = pytest.mark.unit
PACKET = 160


def seconds(position: int) -> float:
    return position / RATE_HZ


def test_the_first_packet_ends_when_it_arrives() -> None:
    assert seconds(ArrivalClock(RATE_HZ).place(PACKET, 1.0)) == pytest.approx(0.98)


def test_a_late_read_does_not_move_the_sound() -> None:
    clock = ArrivalClock(RATE_HZ)
    clock.place(PACKET, 1.0)
    assert seconds(clock.place(PACKET, 1.02 + 0.07)) == pytest.approx(1.0)
    assert seconds(clock.place(4 * PACKET, 1.1)) == pytest.approx(1.02)


def test_packets_that_never_came_leave_a_hole() -> None:
    clock = ArrivalClock(RATE_HZ)
    clock.place(PACKET, 1.0)
    assert seconds(clock.place(PACKET, 3.0)) == pytest.approx(2.98)


def test_a_small_hole_is_seen_when_the_stream_stays_behind() -> None:
    clock = ArrivalClock(RATE_HZ)
    clock.place(PACKET, 1.0)
    # Two packets of 20 ms are missing: everything after comes 40 ms after its place.
    starts = [clock.place(PACKET, 1.06 + 0.02 * count) for count in range(60)]
    assert seconds(starts[-1]) == pytest.approx(1.04 + 0.02 * 59, abs=0.001)


def test_positions_never_overlap() -> None:
    clock = ArrivalClock(RATE_HZ)
    end = 0
    for now_s in (1.0, 1.3, 1.3, 1.31, 1.31, 2.0, 2.0):
        start = clock.place(PACKET, now_s)
        assert start >= end
        end = start + PACKET


def test_a_burst_after_a_hole_is_ahead_of_the_clock() -> None:
    clock = ArrivalClock(RATE_HZ)
    clock.place(PACKET, 1.0)
    clock.place(PACKET, 1.2)
    assert clock.ahead_s(1.2) == pytest.approx(0.0)
    clock.place(9 * PACKET, 1.2)
    assert clock.ahead_s(1.2) == pytest.approx(0.18)

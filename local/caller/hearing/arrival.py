"""Where on the time axis a piece of arriving sound belongs."""

from collections import deque

# A stream this far behind the clock has a hole (packets that never came); leave it open.
LATE_S = 0.1
# So far behind for a whole half second: not scheduling any more, but a small hole.
SLIGHTLY_LATE_S = 0.03
WATCHED_READS = 25


class ArrivalClock:
    """Turns reads of an endless stream into sample positions.

    Reads come late and in lumps when the machine is busy; the samples themselves do not. So
    pieces are laid end to end, and only a stream that stays behind the clock is moved on.
    Positions never overlap.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._end: int | None = None
        self._behind: deque[int] = deque(maxlen=WATCHED_READS)

    @property
    def end(self) -> int:
        """The position after the last sample placed; 0 before the first."""
        return self._end or 0

    def place(self, count: int, now_s: float) -> int:
        """The position of the first of `count` samples, the last of which has just arrived."""
        now = round(now_s * self._rate_hz)
        if self._end is None:
            self._end = max(0, now - count)
        behind = now - (self._end + count)
        self._behind.append(behind)
        steadily = len(self._behind) == WATCHED_READS
        least = min(self._behind)
        if behind > LATE_S * self._rate_hz:
            self._move_on(behind)
        elif steadily and least > SLIGHTLY_LATE_S * self._rate_hz:
            self._move_on(least)
        start = self._end
        self._end += count
        return start

    def ahead_s(self, now_s: float) -> float:
        """How far what was placed reaches past now: a burst made up for an earlier hole."""
        return self.end / self._rate_hz - now_s

    def _move_on(self, samples: int) -> None:
        assert self._end is not None
        self._end += samples
        self._behind.clear()

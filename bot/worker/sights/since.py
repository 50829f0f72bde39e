"""For how long something has been seen, in one's own time and by no clock of anybody else."""

from collections.abc import Hashable, Iterable


class Since:
    """Remembers since when each of several things has been seen at every look.

    After a pause of our own (suspended machine, LiveKit out of reach) watching begins anew.
    """

    def __init__(self, *, gap_s: float) -> None:
        self._gap_s = gap_s
        self._since_s: dict[Hashable, float] = {}
        self._looked_s: float | None = None

    def look(self, seen: Iterable[Hashable], *, monotonic_s: float) -> dict[Hashable, float]:
        """The seconds for which each of those `seen` now has been there. `monotonic_s`: when."""
        if self._looked_s is not None and monotonic_s - self._looked_s > self._gap_s:
            self._since_s.clear()
        self._looked_s = monotonic_s
        self._since_s = {each: self._since_s.get(each, monotonic_s) for each in seen}
        return {each: monotonic_s - since_s for each, since_s in self._since_s.items()}

    def begin_anew(self, seen: Hashable) -> None:
        """Count from the next look on."""
        self._since_s.pop(seen, None)

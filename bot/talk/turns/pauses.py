"""How this caller pauses within a turn."""

# A longer silence was no pause: the caller had finished, or had gone.
LONGEST_PAUSE_S = 2.5
# A pause that is waited for is waited for with room to spare: no two pauses are alike.
_ROOM = 1.25
# How many of the last pauses count.
_MEMORY = 6
# One pause is an accident, the second a habit.
_ENOUGH = 2


class Pauses:
    """Remembers the pauses after which the caller went on in the same turn."""

    def __init__(self) -> None:
        self._lengths_s: list[float] = []

    def add(self, length_s: float) -> None:
        """The caller went on after `length_s` of silence."""
        if 0.0 < length_s <= LONGEST_PAUSE_S:
            self._lengths_s = [*self._lengths_s, length_s][-_MEMORY:]

    @property
    def habit_s(self) -> float | None:
        """The wait that covers most of this caller's pauses, or None while little is known."""
        if len(self._lengths_s) < _ENOUGH:
            return None
        by_length = sorted(self._lengths_s)
        # The second longest: the longest of six is the exception.
        return by_length[-2] * _ROOM

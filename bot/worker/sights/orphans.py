"""Which rooms hold a telephone with nobody at our end, and since when: judged without LiveKit."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from bot.worker.sights.since import Since


@dataclass(frozen=True)
class Sight:
    """One room as it was seen. `sid` tells two rooms of one name apart."""

    name: str
    sid: str
    has_telephone: bool
    is_answered: bool
    has_agent: bool
    is_empty: bool = False


class Standing(Enum):
    """What a room is to us. Its agents are known by the name that was asked for."""

    STRANGE = "strange"  # our agent was never asked for: none of our business
    TAKEN = "taken"  # somebody rang us
    HANDED_ON = "handed on"  # a job of ours died, and another one was asked to go on
    PLACED = "placed"  # we ring somebody, and only the job that does may talk to them


@dataclass(frozen=True)
class Orphan:
    """A telephone that has been alone for `alone_s`, by our own watching."""

    room: Sight
    alone_s: float


class Orphans:
    """Remembers since when a room has been seen with a telephone and no agent."""

    def __init__(self, *, gap_s: float) -> None:
        self._since = Since(gap_s=gap_s)

    def judge(self, rooms: Iterable[Sight], *, monotonic_s: float) -> list[Orphan]:
        """Who is alone now. `monotonic_s`: when the rooms were looked at."""
        alone = {room.sid: room for room in rooms if room.has_telephone and not room.has_agent}
        alone_s = self._since.look(alone, monotonic_s=monotonic_s)
        return [Orphan(room, alone_s[sid]) for sid, room in alone.items()]

"""By its record: which call has gone quiet, and which has left a challenge unanswered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.records import CallRecord
from bot.worker.sights.since import Since

# Beats come a beat apart and the time of a write. To doubt one that is alive costs a write and a
# question in its room; to doubt a frozen one later costs its caller silence.
_LATE = 1.5


@dataclass(frozen=True)
class Verdict:
    """`suspects` have gone quiet and are to be challenged; `dead` have not answered."""

    suspects: tuple[CallRecord, ...] = ()
    dead: tuple[CallRecord, ...] = ()


class Heartbeats:
    """Tells the dead calls from the living, by asking rather than by comparing clocks.

    A call that seems quiet (a beat late by half of one while we watched, or its lease run out on
    the wall clock) is challenged: its lease is taken from it. A living process writes a new one
    within a beat; one that leaves the challenge unanswered for the rest of a lease, while we
    watched all the time, is dead. So nobody is killed because a wall clock jumped or differs
    between machines, nor because the database took no writes for a while: the challenge itself is a
    write.

    After a pause of our own (suspended machine, stalled process, database out of reach) everybody
    may be late: watching begins anew.
    """

    def __init__(self, *, poll_s: float, lease_s: float, beat_s: float) -> None:
        self._quiet_s = _LATE * beat_s
        self._answer_s = lease_s - self._quiet_s
        # Of each call and its last sign of life.
        self._since = Since(gap_s=2 * poll_s + beat_s)

    def judge(self, calls: Iterable[CallRecord], *, wall: datetime, monotonic_s: float) -> Verdict:
        """Who of the open `calls` is in doubt, who is dead. `monotonic_s`: when they were read."""
        signs = {(call.call_id, call.lease_until): call for call in calls}
        suspects: list[CallRecord] = []
        dead: list[CallRecord] = []
        seen_s = self._since.look(signs, monotonic_s=monotonic_s)
        for sign, call in signs.items():
            watched_s = seen_s[sign]
            if call.lease_until is None:
                if watched_s >= self._answer_s or is_given_up(call):
                    dead.append(call)
            elif watched_s >= self._quiet_s or call.lease_until < wall:
                suspects.append(call)
        return Verdict(tuple(suspects), tuple(dead))


def is_given_up(call: CallRecord) -> bool:
    """Its own process has said why it ended, and that it could not hang up: nobody is to be asked.

    Seconds of silence for the caller: whoever is cut off from LiveKit has waited 20 s already.
    """
    return call.lease_until is None and call.end_reason is not None

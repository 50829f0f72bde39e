"""What one call under a fault looked like from the outside, and whether that is as promised."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """The call's record as the database holds it."""

    end_reason: str | None
    error: str | None
    is_closed: bool

    def __str__(self) -> str:
        reason = self.end_reason or "no reason"
        return f"{reason}{'' if self.is_closed else ', open'}"


@dataclass(frozen=True)
class Seen:
    """Seconds count from the fault. None where it was waited for and did not happen."""

    bye_s: float | None
    silence_s: float
    """The longest time without Echo's voice until the end, or until we stopped watching."""
    heard: str
    row: Row | None
    rooms_left: int | None
    """None: LiveKit could not be asked."""
    gaps_s: tuple[float, ...] = ()
    """From each fault after which Echo was to go on until she was heard again."""
    notes: tuple[str, ...] = ()
    """What else was seen."""
    blames: tuple[str, ...] = ()
    """Promises of the fault's own that were broken."""


@dataclass(frozen=True)
class Promise:
    """What the caller may count on. `reasons`: words of the record that tell the truth.

    `bye_within_s` is None where nobody is left who could send one; `recorded` is false where
    nothing is left to write into. `goes_on_s`: so soon the story goes on, each time.
    """

    bye_within_s: float | None
    reasons: frozenset[str]
    silence_s: float | None
    closed: bool = True
    recorded: bool = True
    goes_on_s: float | None = None


def broken(seen: Seen, promise: Promise) -> list[str]:
    """Every part of the promise that was not kept; empty when all was."""
    found = list(seen.blames)
    if promise.bye_within_s is not None:
        if seen.bye_s is None:
            found.append("no BYE")
        elif seen.bye_s > promise.bye_within_s:
            found.append(f"BYE later than {promise.bye_within_s:g} s")
    if promise.silence_s is not None and seen.silence_s > promise.silence_s:
        found.append(f"more than {promise.silence_s:g} s of silence")
    if promise.goes_on_s is not None and (not seen.gaps_s or max(seen.gaps_s) > promise.goes_on_s):
        found.append(f"Echo did not go on within {promise.goes_on_s:g} s")
    found += _wrong_in_the_record(seen, promise)
    if seen.rooms_left:
        found.append("room left")
    return found


def _wrong_in_the_record(seen: Seen, promise: Promise) -> list[str]:
    if seen.row is None:
        return ["no record"] if promise.recorded else []
    found: list[str] = []
    if promise.closed and not seen.row.is_closed:
        found.append("record open")
    if promise.bye_within_s is not None and seen.bye_s is None and seen.row.is_closed:
        found.append("record closed with the caller connected")
    if seen.row.end_reason not in promise.reasons:
        found.append(f"record says {seen.row.end_reason}")
    return found

"""Who spoke when, and how long the answers took: pure functions of time stamps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter


@dataclass(frozen=True)
class Span:
    """A stretch of speech, in seconds since the INVITE."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True)
class Gap:
    """The wait between one turn of the caller and the far end's answer to it.

    `gap_s` is negative when the far end began before the caller had finished, and None
    (like `answer`) when no answer came.
    """

    turn: Span
    answer: Span | None

    @property
    def gap_s(self) -> float | None:
        return None if self.answer is None else self.answer.start_s - self.turn.end_s


def caller_turns(caller: Iterable[Span], far: Iterable[Span]) -> list[Span]:
    """The caller's speech, with spans joined between which the far end did not begin to speak."""
    far_starts = sorted(span.start_s for span in far)
    turns: list[Span] = []
    for span in sorted(caller, key=attrgetter("start_s")):
        last = turns[-1] if turns else None
        if last and not any(last.start_s < start <= span.start_s for start in far_starts):
            turns[-1] = Span(last.start_s, max(last.end_s, span.end_s))
        else:
            turns.append(span)
    return turns


def response_gaps(caller: Sequence[Span], far: Sequence[Span]) -> list[Gap]:
    """One Gap for each turn of the caller, in order.

    The answer is the first far-end span that begins after the turn began and before the
    caller's next turn. Speech of the far end that was already under way (the caller barged
    in) is not an answer.
    """
    turns = caller_turns(caller, far)
    answers = sorted(far, key=attrgetter("start_s"))
    gaps: list[Gap] = []
    for index, turn in enumerate(turns):
        next_turn_s = turns[index + 1].start_s if index + 1 < len(turns) else float("inf")
        answer = next((a for a in answers if turn.start_s < a.start_s <= next_turn_s), None)
        gaps.append(Gap(turn, answer))
    return gaps


def silence_before(moment_s: float, spans: Iterable[Span]) -> float | None:
    """Seconds between the last speech and `moment_s` (never below 0); None when there was none."""
    ends = [min(span.end_s, moment_s) for span in spans if span.start_s < moment_s]
    return moment_s - max(ends) if ends else None

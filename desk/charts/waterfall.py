"""The waits before each of Echo's turns, one below the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.records.diary import Turn, Who

WIDTH = 700.0
ROW_HEIGHT = 22
_SHORTEST_S = 1.0


@dataclass(frozen=True)
class Wait:
    """One part of the waiting."""

    name: str
    x: float
    width: float
    seconds: float


@dataclass(frozen=True)
class Row:
    """One turn of Echo's. `gap_x` is where her first sound was heard; None if not measured."""

    number: int
    y: int
    waits: tuple[Wait, ...]
    gap_x: float | None
    gap_s: float | None


@dataclass(frozen=True)
class Waterfall:
    """`longest_s` is what the width stands for."""

    rows: tuple[Row, ...]
    longest_s: float

    @property
    def height(self) -> int:
        return ROW_HEIGHT * len(self.rows)


def waterfall(turns: Sequence[Turn]) -> Waterfall:
    """Every turn of Echo's of which a wait is known, with those of the caller's turn before it."""
    found: list[tuple[list[tuple[str, float]], float | None]] = []
    caller: Turn | None = None
    for turn in turns:
        if turn.who is Who.CALLER:
            caller = turn
            continue
        parts = [
            ("end of turn", caller.end_of_turn_s if caller else None),
            ("first token", turn.first_token_s),
            ("first sound", turn.first_sound_s),
        ]
        known = [(name, max(0.0, seconds)) for name, seconds in parts if seconds is not None]
        if turn.gap_s is not None or known:
            found.append((known, turn.gap_s))
        caller = None
    longest_s = max(
        [_SHORTEST_S, *(sum(s for _, s in known) for known, _ in found)]
        + [gap_s for _, gap_s in found if gap_s is not None]
    )
    rows = []
    for number, (known, gap_s) in enumerate(found):
        waits, at = [], 0.0
        for name, seconds in known:
            width = seconds / longest_s * WIDTH
            waits.append(Wait(name, round(at, 1), round(width, 1), seconds))
            at += width
        gap_x = None if gap_s is None else round(max(0.0, gap_s) / longest_s * WIDTH, 1)
        rows.append(Row(number + 1, number * ROW_HEIGHT, tuple(waits), gap_x, gap_s))
    return Waterfall(tuple(rows), longest_s)

"""One call on one line of time: who spoke when, and what happened."""

from dataclasses import dataclass
from datetime import datetime

from bot.records import CallRecord
from bot.records.diary import CallDiary, EventKind, Who

WIDTH = 1000.0
_NARROWEST = 2.0
_TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600)
_MOST_TICKS = 12
# What somebody at the desk does later is no part of the call.
_AFTERWARDS = (EventKind.WORDS_OPENED, EventKind.SOUND_OPENED)


@dataclass(frozen=True)
class Bar:
    """Somebody speaks; `x` and `width` in the units of the drawing."""

    who: Who
    x: float
    width: float
    title: str


@dataclass(frozen=True)
class Mark:
    """Something happens."""

    kind: EventKind
    x: float
    at_s: float


@dataclass(frozen=True)
class Timeline:
    """`ticks` are places with their seconds since the beginning."""

    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, int], ...]
    length_s: float


def timeline(record: CallRecord, diary: CallDiary, now: datetime) -> Timeline:
    """The line from the first ring to the end, or to now."""
    began = record.started_at
    moments = [record.ended_at or now, *(turn.ended_at or turn.began_at for turn in diary.turns)]
    moments += [event.at for event in diary.events if event.kind not in _AFTERWARDS]
    length_s = max(1.0, *((moment - began).total_seconds() for moment in moments))
    scale = WIDTH / length_s

    def place(moment: datetime) -> float:
        return round(min(WIDTH, max(0.0, (moment - began).total_seconds() * scale)), 1)

    bars = []
    for turn in diary.turns:
        x = place(turn.began_at)
        width = max(_NARROWEST, place(turn.ended_at or turn.began_at) - x)
        at_s = (turn.began_at - began).total_seconds()
        bars.append(Bar(turn.who, x, round(width, 1), f"{turn.who} from {at_s:.1f} s"))
    marks = [
        Mark(event.kind, place(event.at), (event.at - began).total_seconds())
        for event in diary.events
        if event.kind not in _AFTERWARDS
    ]
    step_s = next((each for each in _TICKS if length_s / each <= _MOST_TICKS), _TICKS[-1])
    ticks = [(round(at_s * scale, 1), at_s) for at_s in range(0, int(length_s) + 1, step_s)]
    return Timeline(tuple(bars), tuple(marks), tuple(ticks), length_s)

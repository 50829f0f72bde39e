"""Response gap: from the caller's last sound to Echo's first, for each kind of turn."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

from bench import script
from bench.clips import INTRODUCTION, STORY, Turn
from bench.figures import Answer, Delays, Figure, Split, split
from bench.house import House
from bench.line.media import Fate, arrives
from bench.line.telephone import Call, CallFailed, NothingHeard, dial

THINKS_S = 0.4
"""The caller begins so long after Echo has finished, as people do."""
ANSWER_LIMIT_S = 8.0
ASKS = {("chat", "request"), ("realtime", "response")}


@dataclass
class Readings:
    """What one series of turns gave."""

    name: str
    answers: list[Answer] = field(default_factory=list)
    splits: list[Split] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    """So often a text model or a realtime one was asked in each turn: more than once, in vain."""
    discards: list[str] = field(default_factory=list)
    latest_sending_s: float = 0.0


@dataclass(frozen=True)
class Series:
    """One call: `turns` of the story after name and place."""

    name: str
    delays: Delays
    turns: int
    way_in_s: float | None = None
    has_storyteller: bool = True
    """False for a worker with one agent."""
    fate: Fate = arrives


async def measure(house: House, series: Series) -> Readings:
    """Make one call and read it. A call that breaks off keeps what it gave, and says so."""
    readings = Readings(series.name)
    await house.providers.script(script.turn(None, INTRODUCTION[0].question, series.delays))
    try:
        async with dial(house.line, house.new_caller(), fate=series.fate) as call:
            await _talk(house, call, series, readings)
            readings.latest_sending_s = call.media.latest_sending_s
    except (CallFailed, NothingHeard) as failure:
        readings.discards.append(f"the call broke off: {failure}")
    return readings


def plan(turns: int) -> list[Turn]:
    """A name, a place, and so many turns of the story."""
    return [*INTRODUCTION, *islice(cycle(STORY), turns)]


async def _talk(house: House, call: Call, series: Series, readings: Readings) -> None:
    turns = plan(series.turns)
    for index, turn in enumerate(turns):
        follow = turns[(index + 1) % len(turns)].question
        hands_over = series.has_storyteller and index == 1
        make = script.handover if hands_over else script.turn
        await call.wait_quiet(THINKS_S)
        await house.providers.script(make(turn.clip, follow, series.delays))
        if index == 0:
            # The first utterance finds connections that are still being opened.
            await asyncio.sleep(THINKS_S)
        await _one(house, call, series, turn, readings)


async def _one(house: House, call: Call, series: Series, turn: Turn, readings: Readings) -> None:
    said = await call.say(turn.clip.pcm())
    try:
        heard_s = await call.wait_sound(said.start_s, ANSWER_LIMIT_S)
    except NothingHeard as failure:
        readings.discards.append(f"{turn.kind}: {failure}")
        return
    answer = Answer(turn.kind, said.end_s, heard_s, turn.finished)
    if answer.gap_s < 0:
        readings.discards.append(f"{turn.kind}: Echo began {-answer.gap_s:.2f} s too soon")
        return
    seen = [r for r in await house.providers.requests() if r.at_s > said.start_s]
    readings.answers.append(answer)
    readings.asked.append(sum((r.service, r.kind) in ASKS and r.at_s < heard_s for r in seen))
    readings.splits.append(split(answer, seen, series.delays, series.way_in_s))


def figures(readings: Sequence[Readings]) -> list[Figure]:
    """All turns of each series, where their time went, and each kind of turn over all series."""
    found: list[Figure] = []
    for each in readings:
        gaps = [answer for answer in each.answers if answer.finished]
        found.append(_figure(each.name, [a.gap_s for a in gaps], each.discards))
        parts = {
            "way in": [s.way_in_s for s in each.splits],
            "wait for the end of the turn": [s.wait_s for s in each.splits],
            "models": [s.models_s for s in each.splits],
            "way out": [s.way_out_s for s in each.splits],
        }
        for part, values in parts.items():
            found.append(_figure(f"  {part}", [v for v in values if v is not None]))
        if each.asked:
            mean = sum(each.asked) / len(each.asked)
            note = f"{sum(each.asked)} in {len(each.asked)}"
            found.append(
                Figure("response gap", "  a model asked in a turn", (mean,), (), "times", note)
            )
        kinds = dict.fromkeys(a.kind for a in each.answers)
        for kind in kinds:
            gaps_s = [a.gap_s for a in each.answers if a.kind == kind]
            found.append(_figure(f"  after a {kind}", gaps_s))
    return found


def _figure(name: str, values: Sequence[float], discards: Sequence[str] = ()) -> Figure:
    return Figure("response gap", name, tuple(values), tuple(discards))

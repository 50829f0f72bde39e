"""Barge-in: how soon a real interruption silences Echo, and what wrongly does."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench import script
from bench.clips import INTRODUCTION, MM_HM, WAIT, YES, Clip
from bench.figures import INSTANT, Figure
from bench.house import House
from bench.line.g711 import Pcm
from bench.line.record import Sound
from bench.line.telephone import Call, CallFailed, NothingHeard, dial
from bench.noises import (
    CROWD,
    OFFICE,
    STREET,
    ambience,
    click,
    cough,
    echo,
    nothing,
    television,
)
from local.providers.script import Script

LONG_S = 6.0
"""What Echo says lasts so long; a sound that ends much sooner was stopped."""
INTO_S = (1.6, 2.1, 1.8, 2.4)
"""The caller begins so long after Echo."""
PROBED_S = 3.0
PAUSE_S = 0.15
"""Less silence than this nobody takes for a stop."""
QUIET_S = 0.6


@dataclass
class Stops:
    """What one kind of sound did. `stopped_s`: from the caller's onset to Echo's last sample."""

    name: str
    stopped_s: list[float] = field(default_factory=list)
    healed_s: list[float] = field(default_factory=list)
    """From Echo's last sample until she was heard again."""
    tries: int = 0
    discards: list[str] = field(default_factory=list)


def stop_of(sounds: Sequence[Sound], onset_s: float, until_s: float) -> tuple[float, float] | None:
    """When the sound under way at `onset_s` ended before `until_s`, and how long it was quiet.

    None when it went on; infinity when nothing was heard again.
    """
    under_way = [s for s in sounds if s.start_s <= onset_s < s.end_s]
    if not under_way or under_way[0].end_s >= until_s:
        return None
    end_s = under_way[0].end_s
    later = [s.start_s - end_s for s in sounds if s.start_s > end_s]
    return end_s, min(later, default=float("inf"))


async def interruptions(
    house: House, name: str, tries: int, *, has_storyteller: bool = True
) -> Stops:
    """Interrupt the storyteller so often, each time while she answers the last interruption."""
    stops = Stops(f"{name}: a real interruption silences her")
    await house.providers.script(_greeting())
    try:
        async with dial(house.line, house.new_caller()) as call:
            await _into_the_story(house, call, has_storyteller)
            for number in range(tries):
                await house.providers.script(_long(WAIT))
                await _interrupt(call, WAIT.pcm(), number, stops)
                await call.wait_sound(call.spoken()[-1].end_s, 8.0)
    except (CallFailed, NothingHeard) as failure:
        stops.discards.append(f"the call broke off: {failure}")
    return stops


async def _interrupt(call: Call, pcm: Pcm, number: int, stops: Stops) -> None:
    await asyncio.sleep(INTO_S[number % len(INTO_S)])
    stops.tries += 1
    said = await call.say(pcm)
    until_s = said.start_s + PROBED_S
    await asyncio.sleep(max(0.0, PROBED_S - said.duration_s))
    stop = stop_of(call.heard(PAUSE_S), said.start_s, until_s)
    if stop is None:
        stops.discards.append("Echo talked on")
        return
    stops.stopped_s.append(stop[0] - said.start_s)
    stops.healed_s.append(stop[1])


Probe = tuple[str, Pcm, Clip | None]
"""What it is, its sound, and what is heard in it."""


def few() -> list[Probe]:
    """The sounds of the short table."""
    return [
        # What "stops" her in silence is a hole in the sound of a busy machine.
        ("nothing at all", nothing(), None),
        ("mm-hm", MM_HM.pcm(), MM_HM),
        ("a cough", cough(), None),
        ("a click", click(), None),
        ("an office, 10 dB below a voice", ambience(OFFICE, PROBED_S, -10.0), None),
    ]


def many() -> list[Probe]:
    """Places, a television, and Echo's own voice come back."""
    places = [("an office", OFFICE), ("a street", STREET), ("a crowded room", CROWD)]
    return [
        *(
            (f"{place}, {below} dB below a voice", ambience(name, PROBED_S, -below), None)
            for place, name in places
            for below in (20, 10, 5)
        ),
        *((f"a television, {below} dB below", television(-below), None) for below in (20, 10)),
        *((f"her own echo, {below} dB below", echo(-below), None) for below in (30, 20, 15)),
    ]


async def noises(house: House, probes: Sequence[Probe], tries: int) -> list[Stops]:
    """Sounds that are no interruption, over the storyteller's voice."""
    found = [Stops(name) for name, _, _ in probes]
    await house.providers.script(_greeting())
    try:
        async with dial(house.line, house.new_caller()) as call:
            await _into_the_story(house, call)
            for number in range(tries):
                for stops, (_, pcm, clip) in zip(found, probes, strict=True):
                    await _probe(house, call, pcm, clip, number, stops)
    except (CallFailed, NothingHeard) as failure:
        found[0].discards.append(f"the call broke off: {failure}")
    return found


async def _probe(
    house: House, call: Call, pcm: Pcm, clip: Clip | None, number: int, stops: Stops
) -> None:
    """Echo is talking when this begins, and again when it ends."""
    await house.providers.script(_long(clip))
    await asyncio.sleep(INTO_S[number % len(INTO_S)] / 2)
    stops.tries += 1
    onset_s = (await call.say(pcm)).start_s
    await asyncio.sleep(max(0.0, onset_s + PROBED_S - call.media.sent[-1][0]))
    stop = stop_of(call.heard(PAUSE_S), onset_s, onset_s + PROBED_S)
    if stop is not None:
        stops.stopped_s.append(stop[0] - onset_s)
        stops.healed_s.append(stop[1])
    await call.wait_quiet(QUIET_S)
    await house.providers.script(_long(YES))
    said = await call.say(YES.pcm())
    await call.wait_sound(said.start_s, 8.0)


def _greeting() -> Script:
    return script.turn(None, INTRODUCTION[0].question, INSTANT)


def _long(clip: Clip | None) -> Script:
    return script.turn(clip, "Once upon a time there was a lighthouse.", INSTANT, LONG_S)


async def _into_the_story(house: House, call: Call, has_storyteller: bool = True) -> None:
    """Until the storyteller has begun."""
    name, place = INTRODUCTION
    await call.wait_quiet(QUIET_S)
    await house.providers.script(script.turn(name.clip, place.question, INSTANT))
    await asyncio.sleep(QUIET_S)
    said = await call.say(name.clip.pcm())
    await call.wait_sound(said.end_s)
    await call.wait_quiet(QUIET_S)
    begins = script.handover if has_storyteller else script.turn
    await house.providers.script(begins(place.clip, "Once upon a time.", INSTANT, LONG_S))
    said = await call.say(place.clip.pcm())
    await call.wait_sound(said.end_s)


def figures(obeyed: Sequence[Stops], wrong: Sequence[Stops]) -> list[Figure]:
    """The times of real interruptions; how often the others stopped her, and how that healed."""
    cell = "barge-in"
    found = [
        Figure(cell, each.name, tuple(each.stopped_s), tuple(each.discards)) for each in obeyed
    ]
    for each in wrong:
        share = 100 * len(each.stopped_s) / each.tries if each.tries else None
        values = () if share is None else (share,)
        note = f"{len(each.stopped_s)} of {each.tries}"
        found.append(
            Figure(cell, f"{each.name} stops her", values, tuple(each.discards), "%", note)
        )
        healed = tuple(s for s in each.healed_s if s < PROBED_S)
        if each.stopped_s:
            found.append(Figure(cell, "  and is healed after", healed))
    return found

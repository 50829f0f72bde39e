"""The instrument's own error: against a participant that answers every onset with a tone.

A second caller with another SIP stack, other clocks and a recorder of its own (baresip, as
local/caller has it) asks the same participant. What the two say differs by no more than this
instrument can be trusted.
"""

import asyncio
import json
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.figures import Figure, percentile
from bench.house import House, Running
from bench.line.g711 import RATE_HZ, Pcm
from bench.line.record import LOUD, QUIET_S
from bench.line.telephone import Call, dial
from local.caller import SipCaller

ECHO = ("-m", "bench.workers.echo", "start")
ONSET_S = 0.2
ONSET_HZ = 600.0
PAUSE_S = 0.7


@dataclass(frozen=True)
class Calibration:
    """Seconds: from the caller's onset to the tone; and its two halves, as the participant saw
    them. The rest of the three is what LiveKit's own clock of 20 ms adds or takes."""

    loops_s: tuple[float, ...]
    ways_in_s: tuple[float, ...]
    ways_out_s: tuple[float, ...]
    second_loops_s: tuple[float, ...]
    latest_sending_s: float

    def figures(self) -> list[Figure]:
        cell = "calibration"
        found = [
            Figure(cell, "there and back, answered at once", self.loops_s),
            Figure(cell, "  way in", self.ways_in_s),
            Figure(cell, "  way out", self.ways_out_s),
            Figure(cell, "a packet sent late, the worst", (self.latest_sending_s,)),
        ]
        ours_s, theirs_s = percentile(self.loops_s, 0.5), percentile(self.second_loops_s, 0.5)
        if ours_s is not None and theirs_s is not None:
            found.append(Figure(cell, "there and back, by a second caller", self.second_loops_s))
            found.append(Figure(cell, "  the two differ by", (abs(ours_s - theirs_s),)))
        return found


def beep(seconds: float = ONSET_S, hz: float = ONSET_HZ) -> Pcm:
    """A sine at a quarter of full scale."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (np.sin(2 * np.pi * hz * times) * 8192).astype(np.int16)


async def calibrate(house: House, onsets: int = 20, second: int = 0) -> Calibration:
    """Call the participant and let it answer so often; then `second` times by the other caller."""
    async with house.worker(ECHO, name="echo-worker") as worker:
        async with dial(house.line, house.new_caller()) as call:
            pairs = [await _ask(call) for _ in range(onsets)]
            noted = _noted(worker)
            latest_s = call.media.latest_sending_s
        second_loops_s = await _by_baresip(house, second) if second else []
    ins, outs = [], []
    for said_s, heard_s in pairs:
        for seen_s, answered_s in noted:
            if said_s < seen_s < heard_s:
                ins.append(seen_s - said_s)
                outs.append(heard_s - answered_s)
    loops = tuple(heard_s - said_s for said_s, heard_s in pairs)
    return Calibration(loops, tuple(ins), tuple(outs), tuple(second_loops_s), latest_s)


async def _ask(call: Call) -> tuple[float, float]:
    """When the onset was sent and when the answer was heard."""
    said = await call.say(np.concatenate([np.zeros(round(PAUSE_S * RATE_HZ), np.int16), beep()]))
    heard_s = await call.wait_sound(said.start_s, 3.0)
    await call.wait_quiet(0.3)
    return said.start_s, heard_s


async def _by_baresip(house: House, onsets: int) -> list[float]:
    """The same, read from the other caller's stereo recording."""
    path = house.run_dir / "second-caller.wav"
    pcm = np.concatenate([np.zeros(round(PAUSE_S * RATE_HZ), np.int16), beep()]).tobytes()
    async with SipCaller(house.stack.providers_url) as telephone:
        line = house.line
        call = await telephone.dial(
            line.sip_address, line.number, user=line.user, password=line.password
        )
        for _ in range(onsets):
            await call.play(pcm, RATE_HZ)
            await asyncio.sleep(PAUSE_S)
        await call.hang_up()
        await asyncio.to_thread(call.save, path)
    said, heard_there = await asyncio.to_thread(_onsets, path)
    answers = [next((h for h in heard_there if h > each), None) for each in said]
    return [h - each for each, h in zip(said, answers, strict=True) if h and h - each < PAUSE_S]


def _onsets(path: Path) -> tuple[list[float], list[float]]:
    """When sounds begin in a stereo recording: the caller's, the far end's."""
    with wave.open(str(path)) as file:
        rate_hz = file.getframerate()
        both = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
    sides: list[list[float]] = []
    for side in (both[:, 0], both[:, 1]):
        loud = np.flatnonzero(np.abs(side.astype(np.int32)) >= LOUD)
        begins = loud[np.diff(loud, prepend=-rate_hz) > QUIET_S * rate_hz]
        sides.append([float(each) / rate_hz for each in begins])
    return sides[0], sides[1]


def _noted(worker: Running) -> list[tuple[float, float]]:
    lines = worker.log.splitlines()
    noted = [json.loads(x.partition("onset ")[2]) for x in lines if x.startswith("onset ")]
    return [(each["heard_s"], each["answered_s"]) for each in noted]

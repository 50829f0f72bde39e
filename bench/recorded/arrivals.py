"""Which words arrive in the room over a bad line: `python -m bench.recorded.arrivals --help`.

`python -m bench.recorded.losses` cuts the packets out of a file. Here real calls through LiveKit
SIP lose and delay them, with its jitter buffer and LiveKit's concealment, and Whisper tiny reads
what came out in the room. Nobody answers, so nothing else is on the line.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console
from rich.table import Table

from bench.house import House, open_house
from bench.line import fates
from bench.line.media import Fate, arrives
from bench.line.record import Sound
from bench.line.telephone import POLL_S, dial
from bench.recorded.cleaning import CLIPS, share_of_words
from bench.workers.listener import FOLDER_VARIABLE, RATE_HZ
from local.ears.ears import Ears
from local.sound.pcm import Pcm

LINES: dict[str, Fate] = {
    "nothing is lost": arrives,
    "5 % of packets lost": fates.loss(0.05),
    "15 % lost": fates.loss(0.15),
    "15 % lost in bursts of 0.1 s": fates.bursts(0.15),
    "40 ms of jitter": fates.jitter(0.04),
    "100 ms of jitter": fates.jitter(0.1),
    "a hole of 2 s every 12 s": fates.hole(2.0, 10.0),
}
Times = npt.NDArray[np.floating[Any]]
WORKER = ("-m", "bench.workers.listener", "start")
BETWEEN_S = 1.2
# Before and after a clip, as it arrives: the way takes 0.1 to 0.2 s.
BEFORE_S, AFTER_S = 0.2, 0.7
WRITTEN_LIMIT_S = 20.0


async def say(house: House, folder: Path, fate: Fate, times: int) -> tuple[list[Sound], Path]:
    """All clips so often on one call: when each was spoken, and what the room heard."""
    known = _files(folder)
    async with dial(house.line, house.new_caller(), fate=fate) as call:
        spoken = []
        for clip in CLIPS * times:
            await asyncio.sleep(BETWEEN_S)
            spoken.append(await call.say(clip.pcm()))
        await asyncio.sleep(BETWEEN_S)
    async with asyncio.timeout(WRITTEN_LIMIT_S):
        while True:
            if new := _files(folder) - known:
                return spoken, new.pop()
            await asyncio.sleep(POLL_S)


def _files(folder: Path) -> set[Path]:
    return set(folder.glob("*.npz"))


def cut(samples: Pcm, times_s: Times, sound: Sound) -> Pcm:
    """What came out of the room from shortly before `sound` was spoken until after its end.

    `times_s`: when each frame came, as many samples in each.
    """
    frame = len(samples) // len(times_s)
    first, last = np.searchsorted(times_s, (sound.start_s - BEFORE_S, sound.end_s + AFTER_S))
    return samples[first * frame : last * frame]


async def understood(
    samples: Pcm, times_s: Times, spoken: Sequence[Sound], ears: Ears
) -> list[float]:
    """The share of each clip's words that are understood in what the room heard."""
    shares = []
    for number, sound in enumerate(spoken):
        pcm = cut(samples, times_s, sound)
        words = await ears.transcribe(pcm.tobytes(), RATE_HZ)
        shares.append(share_of_words(CLIPS[number % len(CLIPS)].words, words))
    return shares


async def compare(times: int) -> Table:
    """Every clip so often over each line."""
    table = Table("line", "words", "clips heard whole", "tries", "longest gap between frames")
    async with open_house() as house, Ears.start() as ears:
        folder = house.run_dir / "heard"
        folder.mkdir()
        async with house.worker(WORKER, name="listener", env={FOLDER_VARIABLE: str(folder)}):
            for name, fate in LINES.items():
                spoken, path = await say(house, folder, fate, times)
                with np.load(path) as heard:
                    samples, times_s = heard["samples"], heard["times_s"]
                shares = await understood(samples, times_s, spoken, ears)
                whole = sum(share == 1 for share in shares) / len(shares)
                gap_s = np.diff(times_s).max()
                shown = (f"{np.mean(shares):.0%}", f"{whole:.0%}", str(len(shares)))
                table.add_row(name, *shown, f"{gap_s:.2f} s")
    return table


def main(
    times: Annotated[int, typer.Option(min=1, help="How often each of eight clips is said.")] = 3,
) -> None:
    """Compare what loss, delay and holes do to the words, on real calls."""
    Console().print(asyncio.run(compare(times)))


if __name__ == "__main__":
    typer.run(main)

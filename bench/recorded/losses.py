"""Which words survive a bad line: `python -m bench.recorded.losses --help`.

`python -m bench lines` says how late answers are over such lines, with ears that hear every word.
Here recorded voices lose the same packets, and Whisper tiny is asked what it understands. What is
lost is silence. What packets that are only late do to the words, `bench.recorded.arrivals` shows.
"""

import asyncio
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from bench.clips import Clip
from bench.line import fates, g711
from bench.line.media import Fate, arrives
from bench.line.rtp import FRAME_S
from bench.recorded.cleaning import CLIPS, RATE_HZ, share_of_words
from local.ears.ears import Ears
from local.sound.pcm import Pcm
from local.sound.resample import resample

PACKET = round(FRAME_S * g711.RATE_HZ)
AROUND_S = 0.3
LINES = {
    "nothing is lost": arrives,
    "2 % of packets lost": fates.loss(0.02),
    "5 % lost": fates.loss(0.05),
    "15 % lost": fates.loss(0.15),
    "5 % lost in bursts of 0.1 s": fates.bursts(0.05),
    "15 % lost in bursts of 0.1 s": fates.bursts(0.15),
}


class BadLine:
    """One line: its packets are numbered on from clip to clip, so that each loses others."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate
        self._number = 0

    def carry(self, pcm: Pcm) -> Pcm:
        """What arrives of `pcm` at telephone rate, through G.711; as long as it was."""
        arrived = g711.decode(g711.encode(pcm))
        for start in range(0, len(arrived), PACKET):
            if self._fate(self._number) is None:
                arrived[start : start + PACKET] = 0
            self._number += 1
        return arrived


async def understood(clip: Clip, line: BadLine, ears: Ears) -> float:
    """The share of the clip's words that are understood over `line`."""
    around = np.zeros(round(AROUND_S * g711.RATE_HZ), np.int16)
    sound = np.concatenate([around, line.carry(clip.pcm()), around])
    wide = resample(sound.astype(np.float32), g711.RATE_HZ, RATE_HZ)
    heard = await ears.transcribe(np.clip(wide, -32768, 32767).astype(np.int16).tobytes(), RATE_HZ)
    return share_of_words(clip.words, heard)


async def compare(times: int) -> Table:
    """Every clip so often over each line."""
    table = Table("line", "words", "clips heard whole", "tries")
    async with Ears.start() as ears:
        for name, fate in LINES.items():
            line = BadLine(fate)
            shares = [await understood(clip, line, ears) for _ in range(times) for clip in CLIPS]
            whole = sum(share == 1 for share in shares) / len(shares)
            table.add_row(name, f"{np.mean(shares):.0%}", f"{whole:.0%}", str(len(shares)))
    return table


def main(
    times: Annotated[int, typer.Option(min=1, help="How often each of eight clips is said.")] = 5,
) -> None:
    """Compare what loss does to the words."""
    Console().print(asyncio.run(compare(times)))


if __name__ == "__main__":
    typer.run(main)

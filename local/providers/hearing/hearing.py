"""From a stream of sound to utterances with their words."""

import asyncio
import logging
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass

from local.engine import EngineError
from local.providers.engines import Listener
from local.providers.hearing.detector import (
    DetectorOptions,
    Paused,
    Segment,
    SpeechDetector,
    Started,
    Stopped,
)
from local.providers.script import SttTurn
from local.sound.cutter import WINDOW_S
from local.sound.pcm import pieces

logger = logging.getLogger(__name__)

# Less voice than this is no word: not given to the ears, who would invent one.
MIN_VOICED_S = 0.12


@dataclass(frozen=True)
class UtteranceStarted:
    at_s: float


@dataclass(frozen=True)
class UtteranceGrew:
    """What was said so far, by the script."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class UtteranceEnded:
    """`text` is ready when the ears are; "" if there were no words or the ears failed."""

    segment: Segment
    text: "asyncio.Task[str]"
    split: bool


HearingEvent = UtteranceStarted | UtteranceGrew | UtteranceEnded


class Hearing:
    """Detects speech and has it transcribed. The ears begin at the first pause, so that the
    words are often there when the pause turns out to be the end."""

    def __init__(
        self,
        ears: Listener,
        sample_rate_hz: int,
        options: DetectorOptions,
        next_turn: Callable[[], SttTurn | None],
    ) -> None:
        self.detector = SpeechDetector(sample_rate_hz, options)
        self._ears = ears
        self._next_turn = next_turn
        self._scripted: SttTurn | None = None
        self._interims: list[UtteranceGrew] = []
        self._guess: asyncio.Task[str] | None = None
        self._tasks: set[asyncio.Task[str]] = set()

    def push(self, pcm: bytes) -> list[HearingEvent]:
        """What began, grew and ended with this piece of sound (16-bit mono)."""
        events: list[HearingEvent] = []
        # Window by window: the script of an utterance decides when it ends.
        for piece in pieces(pcm, WINDOW_S, self.detector.sample_rate_hz):
            events += self._follow(self.detector.push(piece))
            while self._interims and self._interims[0].end_s <= self.detector.now_s:
                events.append(self._interims.pop(0))
        return events

    def finish(self) -> list[HearingEvent]:
        """Ends the utterance in progress."""
        return self._follow(self.detector.finish())

    async def close(self) -> None:
        """Gives up what is still being transcribed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _follow(self, detected: list[Started | Paused | Stopped]) -> list[HearingEvent]:
        events: list[HearingEvent] = []
        for event in detected:
            match event:
                case Started(at_s):
                    events.append(UtteranceStarted(at_s))
                    if turn := self._next_turn():
                        self._expect(turn, at_s)
                    self._scripted = turn
                case Paused(segment):
                    if self._guess is not None:
                        self._guess.cancel()
                    self._guess = self._start(self._transcribe(segment, self._scripted))
                case Stopped(segment, split):
                    assert self._guess is not None
                    events.append(UtteranceEnded(segment, self._guess, split))
                    self._guess = None
                    self._interims.clear()
                    self._scripted = SttTurn("") if split and self._scripted else None
        return events

    def _expect(self, turn: SttTurn, start_s: float) -> None:
        self._interims = [
            UtteranceGrew(interim.text, start_s, start_s + interim.after_s)
            for interim in turn.spoken()
        ]
        silence_s = math.inf if turn.final_after_s is None else turn.final_after_s
        self.detector.expect(silence_s, turn.speech_s)

    def _start(self, transcription: Coroutine[object, object, str]) -> asyncio.Task[str]:
        task = asyncio.create_task(transcription)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _transcribe(self, segment: Segment, scripted: SttTurn | None) -> str:
        if scripted is not None:
            delay_s = scripted.delay_s
            if scripted.final_after_s is not None:
                delay_s += scripted.final_after_s - (self.detector.now_s - segment.end_s)
            await asyncio.sleep(max(0.0, delay_s))
            return scripted.text
        if segment.voiced_s < MIN_VOICED_S:
            return ""
        try:
            return await self._ears.transcribe(segment.pcm, self.detector.sample_rate_hz)
        except EngineError as error:
            logger.error("the ears failed: %s", error)
            return ""

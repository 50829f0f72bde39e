"""What the caller said since the last commit."""

import asyncio
from dataclasses import dataclass

from local.providers.engines import Listener
from local.providers.hearing.detector import DetectorOptions
from local.providers.hearing.hearing import Hearing, UtteranceEnded, UtteranceStarted
from local.providers.openai.realtime.wire import ClientEventError
from local.sound.pcm import SPEECH_HZ, duration_s

MIN_COMMIT_S = 0.1


@dataclass(frozen=True)
class TurnStarted:
    at_ms: int


@dataclass(frozen=True)
class TurnEnded:
    at_ms: int


class InputAudio:
    """The input audio buffer: 24 kHz, 16-bit, mono. Speech in it is transcribed at once."""

    def __init__(self, ears: Listener, options: DetectorOptions) -> None:
        self._hearing = Hearing(ears, SPEECH_HZ, options, lambda: None)
        self._parts: list[asyncio.Task[str]] = []
        self._held_s = 0.0

    def configure(self, options: DetectorOptions) -> None:
        self._hearing.detector.configure(options)

    def append(self, pcm: bytes) -> list[TurnStarted | TurnEnded]:
        """What the voice detector says about this piece."""
        self._held_s += duration_s(pcm)
        turns: list[TurnStarted | TurnEnded] = []
        for event in self._hearing.push(pcm):
            match event:
                case UtteranceStarted(at_s):
                    turns.append(TurnStarted(round(at_s * 1000)))
                case UtteranceEnded(segment, text, split):
                    self._parts.append(text)
                    if not split:
                        turns.append(TurnEnded(round(segment.end_s * 1000)))
        return turns

    def commit(self) -> list[asyncio.Task[str]]:
        """Empties the buffer: the pieces of speech that were in it, as they are understood.

        Raises ClientEventError when there is next to nothing in it.
        """
        if self._held_s < MIN_COMMIT_S:
            raise ClientEventError(
                "Error committing input audio buffer: buffer too small. Expected at least 100ms "
                f"of audio, but buffer only has {self._held_s * 1000:.2f}ms of audio.",
                code="input_audio_buffer_commit_empty",
            )
        ended = [end for end in self._hearing.finish() if isinstance(end, UtteranceEnded)]
        parts = [*self._parts, *(end.text for end in ended)]
        self._forget()
        return parts

    def clear(self) -> None:
        self._hearing.finish()
        self._forget()

    async def close(self) -> None:
        await self._hearing.close()

    def _forget(self) -> None:
        self._parts = []
        self._held_s = 0.0

"""Turn utterances into words in the background, in order, without disturbing the clock."""

import asyncio
from collections.abc import Callable

from local.caller.errors import SpeechUnavailable
from local.caller.hearing.recording import Track
from local.caller.speech import Speech
from local.caller.timing import Span
from local.caller.transcript import Heard, Line

# Sound before and after the utterance that is transcribed with it: soft beginnings and ends.
MARGIN_S = 0.2


class Understanding:
    """The far end's utterances, each with a task that transcribes it."""

    def __init__(self, speech: Speech, track: Track, on_line: Callable[[Line], None]) -> None:
        self._speech = speech
        self._track = track
        self._on_line = on_line
        self._heard: list[asyncio.Task[Heard | SpeechUnavailable]] = []
        self._next = 0

    @property
    def has_next(self) -> bool:
        return self._next < len(self._heard)

    def add(self, span: Span) -> None:
        """Begin to understand a finished utterance."""
        # The margin after it is on the track already: an utterance ends by silence.
        pcm = self._track.cut(span, MARGIN_S).astype("<i2").tobytes()
        self._heard.append(asyncio.create_task(self._understand(span, pcm), name="transcription"))

    async def next(self) -> Heard:
        """The next utterance in order. Call it only when `has_next`; raises SpeechUnavailable."""
        task = self._heard[self._next]
        self._next += 1
        heard = await asyncio.shield(task)
        if isinstance(heard, SpeechUnavailable):
            raise heard
        return heard

    async def settle(self) -> None:
        """Until everything heard so far has been understood, or could not be."""
        if self._heard:
            await asyncio.wait(self._heard)

    async def aclose(self) -> None:
        """Give up what is not understood yet."""
        for task in self._heard:
            task.cancel()
        await asyncio.gather(*self._heard, return_exceptions=True)

    async def _understand(self, span: Span, pcm: bytes) -> Heard | SpeechUnavailable:
        try:
            text = await self._speech.transcribe(pcm, self._track.rate_hz)
        except SpeechUnavailable as error:
            return error
        heard = Heard(text, span.start_s, span.end_s)
        if text:
            self._on_line(Line("far end", text, span.start_s, span.end_s))
        return heard

"""A voice without the silence before its first sound, which a caller would wait through."""

import numpy as np
from livekit.agents import APIConnectOptions, tts
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS
from livekit.plugins import openai

from bot.livekit_gaps import Speech

RATE_HZ = 24_000
_SAMPLE_BYTES = 2
# Nobody hears a voice below this (-50 dBFS), and the noise of a synthesis lies under it.
_QUIET = 104
# Dropped by the piece; so much before the first sound stays: a soft "h" begins below the limit.
_PIECE = RATE_HZ // 100
_KEPT = 2 * _PIECE
# Longer silence is meant, or it is no voice at all: from here on all of it is passed on.
_LONGEST = RATE_HZ // 2
# Of the usual speed of 1; OpenAI takes 0.25 to 4. At 0.7 piper's voice is understood as before
# (tests/local/test_speech.py); slower was not tried.
_SLOWER, _SLOWEST = 0.15, 0.7


class Lead:
    """Drops the silence at the beginning of 16-bit mono samples at 24 kHz, as they come."""

    def __init__(self) -> None:
        self._held = b""
        self._dropped = 0
        self._begun = False

    def push(self, data: bytes) -> bytes:
        """What is to be passed on now: nothing, as long as there is only silence."""
        if self._begun:
            return data
        self._held += data
        whole = len(self._held) // _SAMPLE_BYTES * _SAMPLE_BYTES
        samples = np.frombuffer(self._held[:whole], np.int16)
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) >= _QUIET)
        quiet = int(loud[0]) if len(loud) else len(samples)
        dropped = max(0, quiet - _KEPT) // _PIECE * _PIECE
        self._held = self._held[dropped * _SAMPLE_BYTES :]
        self._dropped += dropped
        self._begun = len(loud) > 0 or self._dropped >= _LONGEST
        return self.end() if self._begun else b""

    def end(self) -> bytes:
        """What was held back: the end of a voice that was never heard."""
        held, self._held = self._held, b""
        return held


class PromptVoice(openai.TTS):
    """OpenAI's voice, or one that speaks its protocol, from its first sound on."""

    _prepared: tuple[str, tts.ChunkedStream] | None = None
    _speed = 1.0

    def slow_down(self) -> None:
        """Speak more slowly from what is synthesized next; slower still if asked again, once."""
        self._speed = max(_SLOWEST, self._speed - _SLOWER)
        self.update_options(speed=self._speed)

    def prepare(self, text: str, conn_options: APIConnectOptions) -> None:
        """Begin to synthesize what will be said first; whoever asks for it gets what is there."""
        self._prepared = (text, self.synthesize(text, conn_options=conn_options))

    async def drop_prepared(self) -> None:
        """Nobody has asked for it."""
        if self._prepared is not None:
            await self._prepared[1].aclose()
            self._prepared = None

    def synthesize(
        self, text: str, *, conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS
    ) -> tts.ChunkedStream:
        if self._prepared is not None and self._prepared[0] == text:
            (_, stream), self._prepared = self._prepared, None
            return stream
        return Speech(tts=self, input_text=text, conn_options=conn_options, through=Lead())

"""What the providers hear, speak and think with."""

from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from local.storyteller.messages import Message, Reply


class Listener(Protocol):
    """Ears: words in sound that a voice detector called speech."""

    async def transcribe(self, pcm_s16_mono: bytes, sample_rate_hz: int, hint: str = "") -> str: ...


class Speaker(Protocol):
    """A voice: 24 kHz, 16-bit, mono, piece by piece."""

    def speak(
        self, text: str, *, voice: str = "echo", speed: float = 1.0
    ) -> AsyncGenerator[bytes, None]: ...


class Brain(Protocol):
    """Decides what to say or which tool to call, from the history alone."""

    def __call__(
        self, messages: Sequence[Message], tools: Collection[str], instructions: str = ""
    ) -> Reply: ...


@dataclass(frozen=True)
class Engines:
    """What answers when no script does."""

    ears: Listener
    voice: Speaker
    brain: Brain

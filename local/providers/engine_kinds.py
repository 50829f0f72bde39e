"""The two kinds of engines: real ones, and none."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Literal

from local.ears import Ears
from local.providers.engines import Engines
from local.sound.pcm import tone
from local.storyteller import Message, Reply, reply
from local.voice import Voice

logger = logging.getLogger(__name__)

EngineKind = Literal["real", "none"]


class NoEars:
    """Hears nothing: for runs in which only the script answers."""

    async def transcribe(self, pcm_s16_mono: bytes, sample_rate_hz: int, hint: str = "") -> str:
        return ""


class ToneVoice:
    """A tone as long as the text would take to say."""

    CHARACTER_S = 0.05

    async def speak(
        self, text: str, *, voice: str = "echo", speed: float = 1.0
    ) -> AsyncGenerator[bytes, None]:
        length_s = len(text) * self.CHARACTER_S / speed
        yield tone(length_s, 660.0 if voice == "caller" else 440.0)


def no_brain(messages: Sequence[Message], tools: Collection[str], instructions: str = "") -> Reply:
    """The same harmless words every time."""
    return Reply(text="This is the local scripted stand-in.")


@asynccontextmanager
async def open_engines(kind: EngineKind) -> AsyncIterator[Engines]:
    """Engines that are ready; their processes end with the block."""
    if kind == "none":
        yield Engines(NoEars(), ToneVoice(), no_brain)
        return
    async with Ears.start() as ears, Voice.start() as voice:
        logger.info("ears and voice are ready")
        yield Engines(ears, voice, reply)

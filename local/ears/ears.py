"""What the provider servers use to listen."""

import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

from local.engine.client import EngineError, EngineProcess


class EarsError(Exception):
    """Nothing could be heard because the ears failed (not because nothing was said)."""


class Ears:
    """Transcribes whole utterances, one after the other in the order of asking."""

    def __init__(self, engine: EngineProcess) -> None:
        self._engine = engine

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator["Ears"]:
        """Ears with their model loaded; their process ends with the block.

        STORYLINE_LOCAL_WHISPER_MODEL names another model folder (CTranslate2 format).
        Raises EarsError when the model cannot be loaded.
        """
        engine = EngineProcess((sys.executable, "-m", "local.ears"))
        try:
            try:
                await engine.start()
            except EngineError as error:
                raise EarsError(str(error)) from error
            yield cls(engine)
        finally:
            await engine.close()

    async def transcribe(self, pcm_s16_mono: bytes, sample_rate_hz: int, hint: str = "") -> str:
        """The words in the sound, "" for none. `hint` names words that are likely.

        Give it only what a voice detector called speech: on noise Whisper invents text.
        Raises EarsError; the next call tries a new process.
        """
        header = {"op": "transcribe", "sample_rate_hz": sample_rate_hz, "hint": hint}
        try:
            async with aclosing(self._engine.request(header, pcm_s16_mono)) as answers:
                return "".join([str(frame.header["text"]) async for frame in answers])
        except EngineError as error:
            raise EarsError(str(error)) from error

"""What the provider servers use to listen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from local.engine import Engine


class Ears:
    """Transcribes whole utterances, one after the other in the order of asking."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator["Ears"]:
        """Ears with their model loaded; their process ends with the block.

        STORYLINE_LOCAL_WHISPER_MODEL names another model folder (CTranslate2 format).
        Raises EngineError when the model cannot be loaded.
        """
        engine = Engine("local.ears.whisper")
        try:
            await engine.start()
            yield cls(engine)
        finally:
            await engine.close()

    async def transcribe(self, pcm_s16_mono: bytes, sample_rate_hz: int, hint: str = "") -> str:
        """The words in the sound, "" for none. `hint` names words that are likely.

        Give it only what a voice detector called speech: on noise Whisper invents text.
        Raises EngineError; the next call tries a new process.
        """
        return str(await self._engine.ask("words", pcm_s16_mono, sample_rate_hz, hint))

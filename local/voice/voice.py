"""What the provider servers use to speak."""

from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from local.engine import Engine
from local.voice.shaping import PAUSE_S

SAMPLE_RATE_HZ = 24_000
ECHO = "echo"
# The same voice pitched up, so that two speakers can be told apart.
CALLER = "caller"
PAUSE = bytes(2 * int(PAUSE_S * SAMPLE_RATE_HZ))
# About six minutes of speech: the greeting and every fixed sentence of a few calls.
CACHE_BYTES = 16 * 1024 * 1024
# A text, by whom, and how fast.
Spoken = tuple[str, str, float]


class Voice:
    """Speaks texts, sentence by sentence, several at the same time if asked to."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._cache = SpeechCache(CACHE_BYTES)

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator["Voice"]:
        """A voice with its model loaded; its process ends with the block.

        STORYLINE_LOCAL_PIPER_VOICE names another voice (.onnx with .onnx.json beside it).
        Raises EngineError when the model cannot be loaded.
        """
        engine = Engine("local.voice.piper_voice")
        try:
            await engine.start()
            yield cls(engine)
        finally:
            await engine.close()

    async def speak(
        self, text: str, *, voice: str = ECHO, speed: float = 1.0
    ) -> AsyncGenerator[bytes, None]:
        """Sound of one sentence after the other: 24 kHz, 16-bit little-endian, mono.

        Every name but "caller" is Echo's voice; half the `speed` takes twice the time.
        Stop iterating (and close) to cancel. Raises EngineError; the next call tries a new process.
        """
        key = (text, CALLER if voice == CALLER else ECHO, speed)
        chunks = self._cache.get(key)
        if chunks is not None:
            for chunk in chunks:
                yield chunk
            return
        spoken: list[bytes] = []
        # One request for each sentence: a long text lets others speak between two of them.
        for phonemes in await self._engine.ask("sentences", text):
            sound = await self._engine.ask("sound", phonemes, *key[1:])
            if sound:
                spoken.append((PAUSE if spoken else b"") + sound)
                yield spoken[-1]
        self._cache.put(key, spoken)


class SpeechCache:
    """What was spoken lately, up to a number of bytes; the least lately used goes first."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._held_bytes = 0
        self._chunks: OrderedDict[Spoken, list[bytes]] = OrderedDict()

    def get(self, key: Spoken) -> list[bytes] | None:
        if key not in self._chunks:
            return None
        self._chunks.move_to_end(key)
        return self._chunks[key]

    def put(self, key: Spoken, chunks: list[bytes]) -> None:
        """Keeps the chunks unless they alone are over a quarter of the limit."""
        size = sum(map(len, chunks))
        if size > self._limit_bytes // 4 or key in self._chunks:
            return
        self._chunks[key] = chunks
        self._held_bytes += size
        while self._held_bytes > self._limit_bytes:
            _, dropped = self._chunks.popitem(last=False)
            self._held_bytes -= sum(map(len, dropped))

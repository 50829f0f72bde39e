"""A clock that a test moves, a call without a network, and voices made of tones."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import numpy as np

from local.caller.errors import SpeechUnavailable
from local.sound.pcm import Pcm, level_dbfs

RATE_HZ = 8000
PACKET_S = 0.02
# Rounds of the event loop after which everything that could run has run.
SETTLE_ROUNDS = 20


class LoudnessDetector:
    """Everything loud is a voice: for far ends that play tones or music."""

    def __init__(self, threshold_dbfs: float = -40.0) -> None:
        self._threshold_dbfs = threshold_dbfs

    def speech_probability(self, window: Pcm) -> float:
        return 1.0 if level_dbfs(window) > self._threshold_dbfs else 0.0


class VirtualClock:
    """Time that passes only while everybody sleeps."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = itertools.count()

    def now_s(self) -> float:
        return self._now_s

    async def sleep(self, seconds: float) -> None:
        waker: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        wake_s = self._now_s + max(0.0, seconds)
        heapq.heappush(self._sleepers, (wake_s, next(self._order), waker))
        await waker

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        driver = asyncio.create_task(self._drive())
        try:
            yield
        finally:
            driver.cancel()
            await asyncio.gather(driver, return_exceptions=True)

    async def _drive(self) -> None:
        while True:
            for _ in range(SETTLE_ROUNDS):
                await asyncio.sleep(0)
            if self._sleepers:
                wake_s, _, waker = heapq.heappop(self._sleepers)
                self._now_s = max(self._now_s, wake_s)
                if not waker.done():
                    waker.set_result(None)


class TapeLeg:
    """A call whose far end is a tape: silence, with sounds at given times.

    What is written is kept with the time at which it is sent, like a real stack would.
    """

    rate_hz = RATE_HZ
    sip_call_id = "tape"

    def __init__(
        self,
        clock: VirtualClock,
        sounds: Sequence[tuple[float, Pcm]] = (),
        *,
        ends_s: float = float("inf"),
        stalls: Sequence[tuple[float, float]] = (),
    ) -> None:
        self._clock = clock
        self._sounds = sounds
        self._ends_s = ends_s
        self._stalls = stalls
        self._read_until = 0
        self._queued_until_s = 0.0
        self._hung_up = asyncio.Event()
        self.sent: list[tuple[float, bytes]] = []
        self.flushed_at_s: list[float] = []
        self.keys: list[str] = []

    @property
    def is_over(self) -> bool:
        return self._hung_up.is_set() or self._clock.now_s() >= self._ends_s

    def _tape(self, begin: int, end: int) -> Pcm:
        tape = np.zeros(end - begin, dtype=np.int16)
        for start_s, sound in self._sounds:
            first = round(start_s * RATE_HZ)
            left, right = max(begin, first), min(end, first + len(sound))
            if left < right:
                tape[left - begin : right - begin] = sound[left - first : right - first]
        return tape

    def read(self) -> bytes:
        now_s = self._clock.now_s()
        if any(begin_s <= now_s < end_s for begin_s, end_s in self._stalls):
            return b""
        packets = int(min(now_s, self._ends_s) / PACKET_S + 1e-9)
        until = round(packets * PACKET_S * RATE_HZ)
        begin, self._read_until = self._read_until, max(until, self._read_until)
        return self._tape(begin, self._read_until).tobytes()

    def write(self, pcm: bytes) -> int:
        if self.is_over:
            return 0
        start_s = max(self._clock.now_s(), self._queued_until_s)
        self._queued_until_s = start_s + len(pcm) / 2 / RATE_HZ
        self.sent.append((start_s, pcm))
        return len(pcm)

    def flush(self) -> None:
        self._queued_until_s = self._clock.now_s()
        self.flushed_at_s.append(self._clock.now_s())

    async def press(self, keys: str) -> None:
        self.keys.append(keys)

    async def hang_up(self) -> None:
        self._hung_up.set()

    async def wait_over(self) -> None:
        while not self.is_over:
            await self._clock.sleep(PACKET_S / 2)


class EchoSpeech:
    """Speaks in tones; understands from how long a sound is."""

    def __init__(self, words: Sequence[str] = (), spoken_s: float = 1.0) -> None:
        self._words = list(words)
        self._spoken_s = spoken_s
        self.heard_s: list[float] = []
        self.broken = False

    async def synthesize(self, text: str) -> bytes:
        return tone(self._spoken_s, rate_hz=24_000).tobytes()

    async def transcribe(self, pcm: bytes, rate_hz: int) -> str:
        if self.broken:
            raise SpeechUnavailable("broken on purpose")
        self.heard_s.append(len(pcm) / 2 / rate_hz)
        return self._words.pop(0) if self._words else "something"


def tone(
    duration_s: float, *, hz: float = 440.0, rate_hz: int = RATE_HZ, level: float = 0.3
) -> Pcm:
    count = np.arange(round(duration_s * rate_hz))
    return np.asarray(32767 * level * np.sin(2 * np.pi * hz * count / rate_hz), dtype=np.int16)

"""Listening in on a call: hidden, without a microphone, both voices in one stream of sound."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
from livekit import rtc
from livekit.api import AccessToken, VideoGrants
from numpy.typing import NDArray

from sip.access import Access

SAMPLE_RATE_HZ = 16_000
_TICK_S = 0.1
_TICK = int(SAMPLE_RATE_HZ * _TICK_S)
# Sound that comes faster than it is sent: the oldest goes, so that one hears what is said now.
_LONGEST = SAMPLE_RATE_HZ // 2
# Whoever is alone in the room for so long listens to nobody.
_ALONE_S = 3.0


class Mix:
    """Sound from several tracks, taken out in equal parts; a track that is late is silent."""

    def __init__(self) -> None:
        self._waiting: dict[str, NDArray[np.int16]] = {}

    def add(self, track: str, samples: NDArray[np.int16]) -> None:
        before = self._waiting.get(track, np.empty(0, np.int16))
        self._waiting[track] = np.concatenate((before, samples))[-_LONGEST:]

    def forget(self, track: str) -> None:
        self._waiting.pop(track, None)

    def take(self, count: int = _TICK) -> bytes:
        """The next `count` samples of all tracks together, 16 bits each."""
        total = np.zeros(count, np.int32)
        for track, waiting in self._waiting.items():
            part = waiting[:count]
            total[: len(part)] += part
            self._waiting[track] = waiting[count:]
        return np.clip(total, -32768, 32767).astype(np.int16).tobytes()


async def listen(access: Access, room_name: str) -> AsyncGenerator[bytes, None]:
    """A WAV file that goes on as long as the call, or until nobody reads it any more.

    Raises rtc.ConnectError when the room cannot be joined.
    """
    mix = Mix()
    async with _joined(access, room_name, mix) as room:
        yield wav_header()
        loop = asyncio.get_running_loop()
        next_s, company_s = loop.time(), loop.time()
        while room.isconnected() and loop.time() - company_s < _ALONE_S:
            if room.remote_participants:
                company_s = loop.time()
            next_s += _TICK_S
            await asyncio.sleep(max(0.0, next_s - loop.time()))
            yield mix.take()


def wav_header() -> bytes:
    """Of 16 kHz, one channel, 16 bits, and no end that is known."""
    unknown, rate = b"\xff\xff\xff\xff", SAMPLE_RATE_HZ
    format_chunk = b"".join(
        (
            *(number.to_bytes(2, "little") for number in (1, 1)),
            *(number.to_bytes(4, "little") for number in (rate, 2 * rate)),
            *(number.to_bytes(2, "little") for number in (2, 16)),
        )
    )
    sizes = len(format_chunk).to_bytes(4, "little")
    return b"RIFF" + unknown + b"WAVEfmt " + sizes + format_chunk + b"data" + unknown


@asynccontextmanager
async def _joined(access: Access, room_name: str, mix: Mix) -> AsyncIterator[rtc.Room]:
    room = rtc.Room()
    pumps: dict[str, asyncio.Task[None]] = {}

    def begin(track: rtc.Track, publication: rtc.TrackPublication, _: rtc.Participant) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            pumps[publication.sid] = asyncio.create_task(_pump(track, publication.sid, mix))

    def end(_: rtc.Track, publication: rtc.TrackPublication, __: rtc.Participant) -> None:
        if pump := pumps.pop(publication.sid, None):
            pump.cancel()

    room.on("track_subscribed", begin)
    room.on("track_unsubscribed", end)
    try:
        await room.connect(access.url, _token(access, room_name))
        yield room
    finally:
        for pump in pumps.values():
            pump.cancel()
        await asyncio.gather(*pumps.values(), return_exceptions=True)
        await room.disconnect()


async def _pump(track: rtc.Track, name: str, mix: Mix) -> None:
    stream = rtc.AudioStream(track, sample_rate=SAMPLE_RATE_HZ, num_channels=1)
    try:
        async for event in stream:
            mix.add(name, np.frombuffer(event.frame.data, np.int16))
    finally:
        mix.forget(name)
        await stream.aclose()


def _token(access: Access, room_name: str) -> str:
    """For somebody whom nobody in the room sees, and who can only hear."""
    grants = VideoGrants(
        room_join=True,
        room=room_name,
        hidden=True,
        can_subscribe=True,
        can_publish=False,
        can_publish_data=False,
    )
    token = AccessToken(access.api_key, access.api_secret)
    return token.with_identity(f"desk-{secrets.token_hex(6)}").with_grants(grants).to_jwt()

"""A caller without a telephone: a participant who joins a room, as a web page would."""

import asyncio

import numpy as np
from livekit import api, rtc

from local.caller import CallTimeout, PhoneCall
from local.caller.clock import CallClock
from local.caller.speech import Speech
from local.stack import Stack

RATE_HZ = 16_000  # what the telephone's voice detector understands
_FRAME_BYTES = RATE_HZ // 50 * 2
_QUEUE_MS = 100
_AGENT_LIMIT_S = 15.0


class BrowserLeg:
    """A `Leg` over a LiveKit room: the microphone is a published track, as in a web page."""

    rate_hz = RATE_HZ
    sip_call_id = ""

    def __init__(self) -> None:
        self.room = rtc.Room()
        self._source = rtc.AudioSource(RATE_HZ, 1, queue_size_ms=_QUEUE_MS)
        self._heard = bytearray()
        self._to_say = bytearray()
        self._agent_heard = asyncio.Event()
        self._over = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.room.on("track_subscribed", self._on_track)
        self.room.on("disconnected", lambda *_: self._over.set())

    async def join(self, url: str, token: str) -> None:
        """Enter the room with an open microphone; returns when the agent's voice is there."""
        await self.room.connect(url, token)
        microphone = rtc.LocalAudioTrack.create_audio_track("microphone", self._source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await self.room.local_participant.publish_track(microphone, options)
        self._tasks.append(asyncio.create_task(self._speak(), name="microphone"))
        try:
            async with asyncio.timeout(_AGENT_LIMIT_S):
                await self._agent_heard.wait()
        except TimeoutError:
            raise CallTimeout(_AGENT_LIMIT_S) from None

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    def read(self) -> bytes:
        heard = bytes(self._heard)
        self._heard.clear()
        return heard

    def write(self, pcm: bytes) -> int:
        if self.is_over:
            return 0
        self._to_say += pcm
        return len(pcm)

    def flush(self) -> None:
        self._to_say.clear()

    async def press(self, keys: str) -> None:
        raise NotImplementedError("a web page has no telephone keys")

    async def hang_up(self) -> None:
        await self.room.disconnect()
        self._over.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._source.aclose()

    async def wait_over(self) -> None:
        await self._over.wait()

    def _on_track(self, track: rtc.Track, *_: object) -> None:
        if track.kind == rtc.TrackKind.KIND_AUDIO:
            self._tasks.append(asyncio.create_task(self._listen(track), name="loudspeaker"))
            self._agent_heard.set()

    async def _listen(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=RATE_HZ, num_channels=1)
        try:
            async for event in stream:
                self._heard += bytes(event.frame.data)
        finally:
            await stream.aclose()

    async def _speak(self) -> None:
        """Send what is to be said, and silence in between; the full queue keeps the time."""
        while not self.is_over:
            pcm = bytes(self._to_say[:_FRAME_BYTES]).ljust(_FRAME_BYTES, b"\0")
            del self._to_say[:_FRAME_BYTES]
            frame = rtc.AudioFrame(pcm, RATE_HZ, 1, np.frombuffer(pcm, np.int16).size)
            await self._source.capture_frame(frame)


async def join_room(stack: Stack, speech: Speech, room_name: str) -> PhoneCall:
    """Enter a new room that asks for the storyteller. Raises CallTimeout when nobody comes."""
    storyteller = api.RoomAgentDispatch(agent_name="storyteller")
    token = (
        api.AccessToken(stack.api_key, stack.api_secret)
        .with_identity("visitor")
        .with_grants(api.VideoGrants(room_join=True, room=room_name))
        .with_room_config(api.RoomConfiguration(agents=[storyteller]))
        .to_jwt()
    )
    clock, leg = CallClock(), BrowserLeg()
    try:
        await leg.join(stack.livekit_url, token)
    except BaseException:
        await leg.hang_up()
        raise
    return PhoneCall(leg, clock, speech, answered_s=clock.now_s())

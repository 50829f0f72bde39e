"""The other end of a test call: a participant in a LiveKit room that beeps and listens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import numpy as np
from livekit import api, rtc

from local.sound.pcm import Pcm
from local.stack import Stack
from tests.local.caller.fakes import tone

RATE_HZ = 48_000
FRAME = RATE_HZ // 100
PASSWORD = "twelve-or-more"
USER = "tester"


class FarEnd:
    """Publishes one track, so that LiveKit SIP answers, and keeps what it hears."""

    def __init__(self, stack: Stack, room_name: str) -> None:
        self._stack = stack
        self._room_name = room_name
        self._source = rtc.AudioSource(RATE_HZ, 1)
        self._room = rtc.Room()
        self._listening: set[asyncio.Task[None]] = set()
        self.keys = ""
        self.heard: list[Pcm] = []
        self.caller_joined = asyncio.Event()
        self.caller_left = asyncio.Event()

    async def join(self) -> None:
        self._room.on("sip_dtmf_received", self._on_key)
        self._room.on("track_subscribed", self._on_track)
        self._room.on("participant_connected", lambda _: self.caller_joined.set())
        self._room.on("participant_disconnected", lambda _: self.caller_left.set())
        token = api.AccessToken(self._stack.api_key, self._stack.api_secret)
        grants = api.VideoGrants(room_join=True, room=self._room_name)
        jwt = token.with_identity("far-end").with_grants(grants).to_jwt()
        await self._room.connect(self._stack.livekit_url, jwt)

    async def publish(self) -> None:
        """From now on the caller's calls are answered."""
        track = rtc.LocalAudioTrack.create_audio_track("voice", self._source)
        await self._room.local_participant.publish_track(track)

    async def beep(self, duration_s: float, hz: float = 440.0) -> None:
        sound = tone(duration_s, hz=hz, rate_hz=RATE_HZ)
        for begin in range(0, len(sound), FRAME):
            data = sound[begin : begin + FRAME].tobytes()
            await self._source.capture_frame(rtc.AudioFrame(data, RATE_HZ, 1, len(data) // 2))

    def heard_hz(self) -> float:
        """The strongest frequency in all that was heard."""
        sound = np.concatenate(self.heard).astype(float)
        return float(np.abs(np.fft.rfft(sound)).argmax()) * RATE_HZ / len(sound)

    def heard_loud_s(self) -> float:
        """For how long anything was loud."""
        return sum(len(part) for part in self.heard if np.abs(part).max() > 1000) / RATE_HZ

    async def leave(self) -> None:
        for task in self._listening:
            task.cancel()
        await asyncio.gather(*self._listening, return_exceptions=True)
        await self._room.disconnect()
        await self._source.aclose()

    def _on_key(self, key: rtc.SipDTMF) -> None:
        self.keys += key.digit

    def _on_track(self, track: rtc.Track, *_: object) -> None:
        self._listening.add(asyncio.create_task(self._listen(track)))

    async def _listen(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(track, sample_rate=RATE_HZ, num_channels=1)
        try:
            async for event in stream:
                self.heard.append(np.frombuffer(event.frame.data, dtype=np.int16).copy())
        finally:
            await stream.aclose()


@asynccontextmanager
async def livekit_api(stack: Stack) -> AsyncIterator[api.LiveKitAPI]:
    async with api.LiveKitAPI(stack.livekit_url, stack.api_key, stack.api_secret) as client:
        yield client


@asynccontextmanager
async def far_end(stack: Stack, number: str, *, answers: bool = True) -> AsyncIterator[FarEnd]:
    """A trunk and a rule for the number, and somebody in the room it leads to."""
    room_name = f"room-{number[1:]}"
    trunk = api.SIPInboundTrunkInfo(
        name=number, numbers=[number], auth_username=USER, auth_password=PASSWORD
    )
    rule = api.SIPDispatchRule(dispatch_rule_direct=api.SIPDispatchRuleDirect(room_name=room_name))
    async with livekit_api(stack) as client:
        made = await client.sip.create_inbound_trunk(api.CreateSIPInboundTrunkRequest(trunk=trunk))
        info = api.SIPDispatchRuleInfo(name=number, trunk_ids=[made.sip_trunk_id], rule=rule)
        ruled = await client.sip.create_dispatch_rule(
            api.CreateSIPDispatchRuleRequest(dispatch_rule=info)
        )
        end = FarEnd(stack, room_name)
        try:
            await end.join()
            if answers:
                await end.publish()
            yield end
        finally:
            await end.leave()
            with suppress(api.ServerError):
                await client.room.delete_room(api.DeleteRoomRequest(room=room_name))
            await client.sip.delete_dispatch_rule(
                api.DeleteSIPDispatchRuleRequest(sip_dispatch_rule_id=ruled.sip_dispatch_rule_id)
            )
            await client.sip.delete_trunk(api.DeleteSIPTrunkRequest(sip_trunk_id=made.sip_trunk_id))


async def delete_room(stack: Stack, number: str) -> None:
    """What hangs up a SIP call on LiveKit."""
    async with livekit_api(stack) as client:
        await client.room.delete_room(api.DeleteRoomRequest(room=f"room-{number[1:]}"))

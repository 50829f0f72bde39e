"""Where the sound of a call is taken from: the caller's track, and what Echo's sources play."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from livekit import rtc

from bot.talk.recording.sound_file import RATE_HZ
from bot.talk.recording.tape import Samples

logger = logging.getLogger("storyline.recording")

# Frames of 20 ms that may wait while the process is busy.
_FRAME_MS = 20
_WAITING = 100

Put = Callable[[float, Samples], None]


class CallerTap:
    """Listens to the caller's track. `put(at_s, samples)` is given what comes, with the monotonic
    time at which it began.
    """

    def __init__(self, find_track: Callable[[], rtc.Track | None], put: Put) -> None:
        self._find_track = find_track
        self._put = put
        self._track: rtc.Track | None = None
        self._listening: asyncio.Task[None] | None = None

    def look(self) -> None:
        """Listen to the track that is there now: after a lost connection it is another one."""
        track = self._find_track()
        if track is None or track is self._track:
            return
        self._track = track
        if self._listening is not None:
            self._listening.cancel()
        self._listening = asyncio.create_task(self._listen(track), name="recording-caller")

    async def aclose(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _listen(self, track: rtc.Track) -> None:
        stream = rtc.AudioStream(
            track,
            capacity=_WAITING,
            sample_rate=RATE_HZ,
            num_channels=1,
            frame_size_ms=_FRAME_MS,
        )
        try:
            async for event in stream:
                samples = np.frombuffer(bytes(event.frame.data), dtype=np.int16)
                self._put(time.monotonic() - event.frame.duration, samples)
        finally:
            await stream.aclose()


class TappedSource(rtc.AudioSource):
    """Stands before a source of Echo's sound: what it plays is put down at the time it is heard.

    `put(at_s, samples)`; `cut(at_s)`: what was to be heard from then on is not.
    """

    def __init__(self, source: rtc.AudioSource, put: Put, cut: Callable[[float], None]) -> None:
        # Not that of the class above: this one has no sound of its own.
        self._source = source
        self._put = put
        self._cut = cut

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        at_s = time.monotonic() + self._source.queued_duration
        if frame.sample_rate == RATE_HZ and frame.num_channels == 1:
            self._put(at_s, np.frombuffer(bytes(frame.data), dtype=np.int16))
        await self._source.capture_frame(frame)

    def clear_queue(self) -> None:
        self._cut(time.monotonic())
        self._source.clear_queue()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def track_of(room: rtc.Room, identity: str) -> rtc.Track | None:
    """The sound of somebody in the room; None while there is none."""
    participant = room.remote_participants.get(identity)
    if participant is None:
        return None
    for publication in participant.track_publications.values():
        if publication.kind == rtc.TrackKind.KIND_AUDIO and publication.track is not None:
            return publication.track
    return None

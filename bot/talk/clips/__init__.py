"""Short stored phrases for the moments when no model can speak."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from enum import StrEnum
from importlib.resources import files
from pathlib import Path

from livekit import rtc
from livekit.agents.utils.audio import audio_frames_from_file
from livekit.rtc.participant import PublishTrackError

from bot.livekit_gaps import cancel_and_wait

logger = logging.getLogger("storyline.clips")

_SAMPLE_RATE_HZ = 24_000
# How much of a clip is queued ahead: short, so that `stop` is heard at once.
_QUEUE_MS = 200
# The longest clip is under 7 s; one that takes longer is stuck on a dead connection.
_CLIP_LIMIT_S = 10.0


class Clip(StrEnum):
    """A phrase, by what it is for; the value is the name of its file without the ending."""

    FILLER = "filler"
    APOLOGY = "apology"
    GOODBYE = "goodbye"
    BUSY = "busy"  # the whole line has reached a limit
    ENOUGH = "enough"  # this caller has


Tapped = Callable[[rtc.AudioSource], rtc.AudioSource]


def clip_path(folder: Path | None, clip: Clip) -> Path:
    """Return the file of `clip`: the operator's own in `folder`, or the packaged one.

    An operator's clip is a WAV or OGG file; one that is not there is replaced by the packaged.
    """
    for ending in (".ogg", ".wav") if folder else ():
        own = Path(str(folder)) / f"{clip.value}{ending}"
        if own.is_file():
            return own
    return Path(str(files(__package__).joinpath(f"{clip.value}.ogg")))


class ClipPlayer:
    """Plays clips to the caller on a track of its own, beside whatever the session does.

    The track is published with the first clip: a call without trouble has one track only. `tapped`
    puts whoever records before the source of its sound.
    """

    def __init__(
        self, room: rtc.Room, folder: Path | None = None, tapped: Tapped | None = None
    ) -> None:
        self._room = room
        self._folder = folder
        self._tapped = tapped
        self._opening: asyncio.Task[rtc.AudioSource] | None = None
        self._playing: asyncio.Task[None] | None = None

    async def publish(self) -> None:
        """Open the track before anything is played: LiveKit SIP answers the telephone by it."""
        with contextlib.suppress(PublishTrackError):  # `play` tries again, and tells
            await self._published_source()

    async def play(self, clip: Clip) -> None:
        """Play `clip` and return when the caller has heard it, or when `stop` was called."""
        await self.stop()
        self._playing = asyncio.create_task(self._play(clip), name=f"clip-{clip.value}")
        await asyncio.wait({self._playing})
        if not self._playing.cancelled():
            self._playing.result()

    async def stop(self) -> None:
        """End the clip that is playing, if any, and return when it is silent."""
        task = self._playing
        if task is not None and not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def aclose(self) -> None:
        await self.stop()
        opening, self._opening = self._opening, None
        if opening is None:
            return
        await cancel_and_wait(opening)
        if not _has_failed(opening):
            await opening.result().aclose()

    async def _play(self, clip: Clip) -> None:
        """Play; a clip that cannot be played is silence, never the end of whoever asked for it."""
        path = clip_path(self._folder, clip)
        try:
            async with asyncio.timeout(_CLIP_LIMIT_S):
                await self._play_file(await self._published_source(), path)
        except (TimeoutError, PublishTrackError, OSError, ValueError) as error:
            logger.error("a clip could not be played", extra={"clip": clip, "error": repr(error)})

    async def _play_file(self, source: rtc.AudioSource, path: Path) -> None:
        try:
            async for frame in audio_frames_from_file(str(path), sample_rate=_SAMPLE_RATE_HZ):
                await source.capture_frame(frame)
            await source.wait_for_playout()
        finally:
            source.clear_queue()

    async def _published_source(self) -> rtc.AudioSource:
        """A track once begun is published to its end, also when the clip that wanted it is stopped:
        LiveKit would have it, and we would publish a second one for the next clip.
        """
        opening = self._opening
        if opening is None or _has_failed(opening):
            opening = asyncio.create_task(self._open(), name="track of the clips")
            self._opening = opening
        return await asyncio.shield(opening)

    async def _open(self) -> rtc.AudioSource:
        source = rtc.AudioSource(_SAMPLE_RATE_HZ, 1, queue_size_ms=_QUEUE_MS)
        track = rtc.LocalAudioTrack.create_audio_track("storyline-clips", source)
        await self._room.local_participant.publish_track(track)
        return self._tapped(source) if self._tapped else source


def _has_failed(opening: asyncio.Task[rtc.AudioSource]) -> bool:
    return opening.done() and (opening.cancelled() or opening.exception() is not None)

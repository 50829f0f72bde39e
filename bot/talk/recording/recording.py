"""The recording of one call: from its notice to its end, or to the caller's objection."""

import asyncio
import logging
import time
from contextlib import suppress

from livekit import rtc

from bot.records.diary.diary import Diary
from bot.records.diary.entries import EventKind
from bot.records.errors import SoundNotRemoved
from bot.records.sound.shelf import Shelf
from bot.talk.recording.sound_file import RATE_HZ
from bot.talk.recording.tape import Lane, Samples, Tape
from bot.talk.recording.taps import CallerTap, TappedSource, track_of
from bot.talk.recording.writer import SoundWriter

logger = logging.getLogger("storyline.recording")

_STEP_S = 1.0
# What is written lies so far back: Echo's sound is put down before it is heard, and taken back
# when she is interrupted; the caller's may be late.
_BEHIND_S = 0.5
# At the end of the call, and when a caller objects: a disk that hangs holds up neither.
_CLOSE_LIMIT_S = 1.0


class Recording:
    """Does nothing before `begin`. Never raises, and waits for no disk: the call goes first.

    `room` and `identity` say who the caller is. To be closed by whoever holds the call.
    """

    def __init__(
        self, shelf: Shelf, call_id: str, diary: Diary, room: rtc.Room, identity: str
    ) -> None:
        self._shelf = shelf
        self._call_id = call_id
        self._diary = diary
        self._caller = CallerTap(
            lambda: track_of(room, identity),
            lambda at_s, heard: self._put(Lane.CALLER, at_s, heard),
        )
        self._tape: Tape | None = None
        self._began_s = 0.0
        self._refused = False
        self._closing = asyncio.Event()
        self._written = asyncio.Event()
        self._writer: SoundWriter | None = None
        self._pacing: asyncio.Task[None] | None = None

    def tapped(self, lane: Lane, source: rtc.AudioSource) -> TappedSource:
        """`source`, whose sound is recorded from now on while there is a recording."""
        return TappedSource(
            source,
            lambda at_s, heard: self._put(lane, at_s, heard),
            lambda at_s: self._cut(lane, at_s),
        )

    def begin(self) -> None:
        """Record from now on: the caller knows. Does nothing when they have objected, or again."""
        if self._refused or self._writer is not None or self._closing.is_set():
            return
        loop = asyncio.get_running_loop()

        def over() -> None:
            with suppress(RuntimeError):  # the call, and its loop, did not wait for a slow disk
                loop.call_soon_threadsafe(self._written.set)

        self._tape, self._began_s = Tape(RATE_HZ), time.monotonic()
        self._diary.note(EventKind.RECORDING)
        self._writer = SoundWriter(self._shelf, self._call_id, over)
        self._pacing = asyncio.create_task(self._pace(self._tape, self._writer), name="recording")

    async def refuse(self) -> bool:
        """Stop, delete what there is and begin no more; False when a file could not be deleted."""
        self._refused = True
        self._tape = None
        # Also what a process recorded that had this call before and died.
        removed = await self._remove()
        if self._writer is not None:
            await self.aclose()
            removed = await self._remove()  # a thread that was just opening its file made a new one
        self._diary.note(EventKind.RECORDING_REFUSED)
        return removed

    async def aclose(self) -> None:
        """Write what there is, within a second."""
        self._closing.set()
        if self._pacing is None or self._writer is None:
            return
        await asyncio.gather(self._pacing, return_exceptions=True)
        await self._caller.aclose()
        self._writer.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_LIMIT_S):
                await self._written.wait()
        if self._writer.failure and not self._refused:
            self._lost(self._writer.failure)

    async def _pace(self, tape: Tape, writer: SoundWriter) -> None:
        while not self._closing.is_set():
            self._caller.look()
            with suppress(TimeoutError):
                async with asyncio.timeout(_STEP_S):
                    await self._closing.wait()
            until_s = time.monotonic() - self._began_s
            heard = tape.take(until_s if self._closing.is_set() else until_s - _BEHIND_S)
            if self._tape is None:  # refused, or lost
                return
            if not writer.write(heard):
                self._lost(writer.failure or "")
                return

    def _lost(self, cause: str) -> None:
        if self._tape is None:
            return
        self._tape = None
        logger.error("the recording of a call broke off", extra={"cause": cause})
        self._diary.note(EventKind.RECORDING_LOST, cause[:200])

    def _put(self, lane: Lane, at_s: float, heard: Samples) -> None:
        if self._tape is not None:
            self._tape.put(lane, at_s - self._began_s, heard)

    def _cut(self, lane: Lane, at_s: float) -> None:
        if self._tape is not None:
            self._tape.cut(lane, at_s - self._began_s)

    async def _remove(self) -> bool:
        try:
            async with asyncio.timeout(_CLOSE_LIMIT_S):
                await asyncio.to_thread(self._shelf.remove, [self._call_id])
        except (SoundNotRemoved, TimeoutError) as error:
            logger.error("a recording must go and could not be deleted", extra={"why": repr(error)})
            return False
        return True

"""The line as the agents know it: what they want to say, carried out by the Floor."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

from agents.conversation import NotSpoken
from agents.last_words import LastWords
from bot.records.record import EndReason
from bot.talk.floor.ending import Ending
from bot.talk.floor.floor import Floor
from bot.talk.floor.opening import Opening
from bot.talk.floor.voice import OpeningVoice
from bot.talk.line import Line
from bot.talk.recording.recording import Recording
from bot.waiting import first_of

# Whoever talks on and on is not waited for, either.
_QUIET_LIMIT_S = 30.0


class CallerLine:
    """Implements `agents.PhoneLine` for one conversation.

    `block` enters the number at the other end in the do-not-call list. `recording` is None where
    calls are not recorded. `ready` is set when the first sound of Echo's first words is there.
    """

    def __init__(
        self,
        line: Line,
        voice: OpeningVoice,
        floor: Floor,
        *,
        block: Callable[[], Awaitable[bool]],
        ending: Ending,
        recording: Recording | None = None,
    ) -> None:
        self.ready = asyncio.Event()
        self._line = line
        self._voice = voice
        self._floor = floor
        self._block = block
        self._ending = ending
        self._recording = recording

    async def open(self, text: str, *, interruptible: bool) -> None:
        async with contextlib.AsyncExitStack() as stack:
            opening = self._voice.prepare(text)
            if opening is not None:
                await stack.enter_async_context(opening)
                await stack.enter_async_context(self._ready_after(opening))
            else:
                self.ready.set()
            if not await self._line.wait_answered():
                raise NotSpoken
            if not await self._floor.open(opening, text, interruptible=interruptible):
                raise NotSpoken

    def record(self) -> None:
        if self._recording is not None and self._voice.was_opened:
            self._recording.begin()

    async def never_record(self) -> bool:
        return self._recording is None or await self._recording.refuse()

    def say(self, text: str) -> None:
        self._floor.say(text)

    def reply(self, instructions: str) -> None:
        self._floor.reply(instructions)

    async def say_goodbye(self, words: LastWords, *, after: Callable[[], Awaitable[None]]) -> None:
        await self._floor.last_words(EndReason.STORY_FINISHED, words, after=after)

    async def never_call_again(self) -> bool:
        return await self._block()

    async def wait_quiet(self, limit_s: float, *, unless: asyncio.Event) -> None:
        await first_of(
            self._floor.quiet_for(limit_s),
            unless.wait(),
            self._ending.wait(),
            timeout_s=_QUIET_LIMIT_S,
        )

    @contextlib.asynccontextmanager
    async def _ready_after(self, opening: Opening) -> AsyncIterator[None]:
        async def tell() -> None:
            await opening.begun.wait()
            self.ready.set()

        telling = asyncio.create_task(tell(), name="ready")
        try:
            yield
        finally:
            telling.cancel()

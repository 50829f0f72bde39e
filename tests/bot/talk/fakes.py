"""A conversation without a telephone and without models, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from bot.records import EndReason
from bot.talk.clips import Clip
from bot.talk.floor.ending import Ending
from bot.talk.floor.floor import Floor
from bot.talk.floor.opening import Opening

# What SessionVoice waits for a voice that does not begin, and how long clips and sentences last.
BEGIN_LIMIT_S = 4.0
CLIP_S = 2.0
SENTENCE_S = 3.0


def now_s() -> float:
    return round(asyncio.get_running_loop().time(), 3)


@dataclass
class Timeline:
    """What the caller heard and what was done about it, with the seconds since the beginning."""

    began_s: float = field(default_factory=now_s)
    lines: list[tuple[float, str]] = field(default_factory=list)

    def note(self, what: str) -> None:
        self.lines.append((round(now_s() - self.began_s, 3), what))

    @property
    def what(self) -> list[str]:
        return [what for _, what in self.lines]


@dataclass
class FakeClips:
    """Clips that last two seconds, or until they are stopped."""

    timeline: Timeline
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _silent: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._silent.set()

    async def play(self, clip: Clip) -> None:
        await self.stop()
        self._stop = asyncio.Event()
        self._silent.clear()
        self.timeline.note(f"clip {clip}")
        try:
            async with asyncio.timeout(CLIP_S):
                await self._stop.wait()
            self.timeline.note(f"clip {clip} cut")
        except TimeoutError:
            pass
        self._silent.set()

    async def stop(self) -> None:
        self._stop.set()
        await self._silent.wait()


@dataclass
class FakeVoice:
    """A voice that needs `begin_s` for its first sound; None: it never comes."""

    timeline: Timeline
    begin_s: float | None = 0.5
    replies: bool = True
    is_busy: bool = False
    was_opened: bool = False
    floor: Floor | None = None
    opened: list[tuple[Opening | None, bool]] = field(default_factory=list)
    _speaking: asyncio.Task[bool] | None = None
    _replying: list[asyncio.Task[bool]] = field(default_factory=list)

    @property
    def is_idle(self) -> bool:
        return self._speaking is None and not self.is_busy

    async def open(self, opening: Opening | None, text: str, *, interruptible: bool) -> bool:
        self.opened.append((opening, interruptible))
        return await self._speak(f"open {text}")

    def utter(self, text: str) -> None:
        self._replying.append(asyncio.create_task(self._speak(f"utter {text}")))

    async def say(self, text: str) -> None:
        await self._speak(f"say {text}")

    async def insist(self, text: str) -> bool:
        return await self._speak(f"insist {text}")

    async def improvise(self, instructions: str) -> bool:
        return await self._speak(f"improvise {instructions}")

    def reply(self, instructions: str = "") -> None:
        self._answer(f"reply {instructions}".strip())

    def answer(self, words: str) -> None:
        self._answer(f"answer {words}")

    def drop_guess(self) -> None:
        self.timeline.note("drop guess")

    async def give_way(self) -> None:
        self.timeline.note("give way")
        if self._speaking is not None:
            self._speaking.cancel()
        elif self.floor:
            self.floor.voice_done()

    def reply_again(self) -> None:
        self._answer("reply again")

    async def hush(self) -> None:
        self.timeline.note("hush")
        if self._speaking is not None:
            self._speaking.cancel()

    def _answer(self, what: str) -> None:
        if self.replies:
            self._replying.append(asyncio.create_task(self._speak(what)))
        else:
            self.timeline.note(what)

    async def _speak(self, what: str) -> bool:
        self.timeline.note(what)
        speaking = self._speaking = asyncio.create_task(self._sound(what))
        try:
            await asyncio.wait({speaking})
            return not speaking.cancelled() and speaking.result()
        finally:
            speaking.cancel()
            if self._speaking is speaking:
                self._speaking = None

    async def _sound(self, what: str) -> bool:
        if self.begin_s is None:
            await asyncio.sleep(BEGIN_LIMIT_S)
            return False
        await asyncio.sleep(self.begin_s)
        if self.floor:
            self.floor.voice_heard()
        try:
            await asyncio.sleep(SENTENCE_S)
        finally:
            if self.floor:
                self.floor.voice_done()
        self.timeline.note("said")
        return True


class Scene:
    """One Floor with everything around it replaced."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.clips = FakeClips(self.timeline)
        self.voice = FakeVoice(self.timeline)
        self.ending = Ending()
        self.floor = Floor(self.voice, self.clips, self.ending)
        self.voice.floor = self.floor

    @property
    def lines(self) -> list[tuple[float, str]]:
        return self.timeline.lines

    @asynccontextmanager
    async def watched_by(self, watcher: Coroutine[object, None, object]) -> AsyncIterator[None]:
        """`watcher` runs for as long as the block lasts."""
        task = asyncio.create_task(watcher)
        await asyncio.sleep(0)
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def end_reason(self) -> EndReason | None:
        return self.ending.reason

    async def until(self, time_s: float) -> None:
        """Let virtual time pass until `time_s` after the beginning."""
        await asyncio.sleep(max(0.0, time_s - (now_s() - self.timeline.began_s)))

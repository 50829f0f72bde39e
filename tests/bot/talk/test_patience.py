"""Whoever waits for an answer hears something soon, whatever the reason."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from bot.talk.clips import Clip
from bot.talk.patience import Patience, Remedies

pytestmark = pytest.mark.unit

FILLER_S = 0.05
APOLOGY_S = 0.1
LIMIT_S = 5.0


class FakeClips:
    """Notes what is played; a clip lasts until it is stopped or `finish` is set."""

    def __init__(self, events: asyncio.Queue[str]) -> None:
        self._events = events
        self._stopped = asyncio.Event()
        self.finish = asyncio.Event()
        self.finish.set()

    async def play(self, clip: Clip) -> None:
        self._stopped.clear()
        self._events.put_nowait(clip.value)
        waits = [asyncio.create_task(e.wait()) for e in (self._stopped, self.finish)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    async def stop(self) -> None:
        self._stopped.set()


class Watched:
    """A Patience that is running, and the order in which things happened to the caller."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[str] = asyncio.Queue()
        self.clips = FakeClips(self.events)
        self.is_ending = False
        self.patience = Patience(
            self.clips,  # type: ignore[arg-type]  # plays to a list instead of a room
            Remedies(
                abandon=self._note("abandon"),
                retry=self._note("retry"),
                give_up=self._note("give up"),
                is_ending=lambda: self.is_ending,
            ),
            filler_after_s=FILLER_S,
            apology_after_s=APOLOGY_S,
        )

    def _note(self, event: str):  # type: ignore[no-untyped-def]
        async def note() -> None:
            self.events.put_nowait(event)

        return note

    async def expect(self, *wanted: str) -> None:
        for each in wanted:
            async with asyncio.timeout(LIMIT_S):
                assert await self.events.get() == each

    def heard_nothing(self) -> bool:
        return self.events.empty()


@asynccontextmanager
async def watched() -> AsyncIterator[Watched]:
    watch = Watched()
    task = asyncio.create_task(watch.patience.run())
    try:
        yield watch
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_an_answer_in_time_needs_no_help() -> None:
    async with watched() as watch:
        watch.patience.owe()
        watch.patience.pay()
        watch.patience.owe()  # a second wait, which does need help, shows the first is over
        await watch.expect("filler")


async def test_a_slow_answer_is_covered_by_a_filler_that_stops_when_it_comes() -> None:
    async with watched() as watch:
        watch.clips.finish.clear()
        watch.patience.owe()
        await watch.expect("filler")
        watch.patience.pay()
        assert not watch.patience.waiting
        watch.clips.finish.set()
        watch.patience.fail()
        await watch.expect("abandon", "apology", "retry")


async def test_no_answer_gets_an_apology_one_retry_and_a_proper_end() -> None:
    async with watched() as watch:
        watch.patience.owe()
        await watch.expect("filler", "abandon", "apology", "retry", "give up")
        assert watch.heard_nothing()


async def test_a_failure_is_apologised_for_at_once() -> None:
    async with watched() as watch:
        watch.patience.fail()
        await watch.expect("abandon", "apology", "retry")


async def test_a_retry_that_fails_ends_the_call_without_waiting() -> None:
    async with watched() as watch:
        watch.patience.fail()
        await watch.expect("abandon", "apology", "retry")
        watch.patience.fail()
        await watch.expect("give up")


async def test_a_retry_that_is_answered_goes_on_and_the_next_failure_gets_its_own_apology() -> None:
    async with watched() as watch:
        watch.patience.fail()
        await watch.expect("abandon", "apology", "retry")
        watch.patience.pay()
        watch.patience.fail()
        await watch.expect("abandon", "apology", "retry")


async def test_a_caller_who_speaks_into_the_apology_is_the_retry() -> None:
    async with watched() as watch:
        watch.clips.finish.clear()
        watch.patience.fail()
        await watch.expect("abandon", "apology")
        watch.patience.excuse()
        watch.clips.finish.set()
        watch.patience.owe()
        await watch.expect("filler")


async def test_a_caller_who_answers_the_filler_hears_the_apology_next() -> None:
    async with watched() as watch:
        watch.patience.owe()
        await watch.expect("filler")
        watch.patience.excuse()
        watch.patience.owe()
        await watch.expect("abandon", "apology", "retry")


async def test_a_goodbye_that_fails_is_not_spoken_over_by_an_apology() -> None:
    async with watched() as watch:
        watch.is_ending = True
        watch.patience.fail()
        watch.is_ending = False
        watch.patience.fail()
        await watch.expect("abandon", "apology", "retry")
        assert watch.heard_nothing()


async def test_nothing_is_covered_once_the_goodbye_has_begun() -> None:
    async with watched() as watch:
        watch.patience.suspend()
        watch.patience.owe()
        watch.patience.fail()
        assert not watch.patience.waiting
        assert watch.heard_nothing()

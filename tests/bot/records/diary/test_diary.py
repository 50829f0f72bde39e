"""The diary of a call in progress: it never waits, and what it loses it counts."""

import asyncio
from collections.abc import Collection, Sequence

import pytest

from bot.records import DatabaseUnavailable
from bot.records.diary import Diaries, Diary, Entry, EventKind, Usage
from tests.bot.records.diary.entries import a_turn, some_usage

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]


class Written(Diaries):
    """Keeps what is written in memory; may be down, or hang."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, Entry]] = []
        self.usage: tuple[Usage, ...] = ()
        self.writes = 0
        self.is_down = False
        self.hangs = False

    async def write(
        self, call_id: str, numbered: Sequence[tuple[int, Entry]], used: Collection[Usage] = ()
    ) -> None:
        self.writes += 1
        if self.hangs:
            await asyncio.sleep(3600)
        if self.is_down:
            raise DatabaseUnavailable("down for the test")
        self.entries += numbered
        self.usage = tuple(used)

    @property
    def numbers(self) -> list[int]:
        return [number for number, _ in self.entries]


async def test_what_happens_is_written_in_order_and_once() -> None:
    written = Written()
    async with Diary(written, "c1") as diary:
        diary.note(EventKind.ANSWERED)
        diary.turn(a_turn())
        await asyncio.sleep(5)
        diary.note(EventKind.LEG_GONE)
    assert written.numbers == [1, 2, 3]


async def test_what_happens_together_is_written_together() -> None:
    written = Written()
    async with Diary(written, "c1") as diary:
        for _ in range(50):
            diary.turn(a_turn())
        await asyncio.sleep(5)
    assert written.numbers == list(range(1, 51))
    assert written.writes <= 2


async def test_the_newest_usage_is_written() -> None:
    written = Written()
    async with Diary(written, "c1") as diary:
        diary.used([some_usage(1)])
        diary.used([some_usage(2)])
        await asyncio.sleep(5)
        diary.used([some_usage(3)])
    assert written.usage == (some_usage(3),)


async def test_a_database_that_is_away_is_waited_for_and_nothing_is_lost() -> None:
    written = Written()
    written.is_down = True
    async with Diary(written, "c1") as diary:
        diary.note(EventKind.ANSWERED)
        await asyncio.sleep(10)
        written.is_down = False
        await asyncio.sleep(5)
        assert written.numbers == [1]
    assert diary.dropped == 0


async def test_a_full_queue_drops_and_says_how_much(caplog: pytest.LogCaptureFixture) -> None:
    written = Written()
    written.is_down = True
    async with Diary(written, "c1", waiting=3) as diary:
        for _ in range(5):
            diary.turn(a_turn())
    assert diary.dropped == 5  # two found no place, three could not be written at the end
    assert "entries of the call's diary are lost" in caplog.text


async def test_a_database_that_hangs_does_not_hold_up_the_end() -> None:
    written = Written()
    written.hangs = True
    loop = asyncio.get_running_loop()
    async with Diary(written, "c1") as diary:
        diary.note(EventKind.ANSWERED)
        await asyncio.sleep(1)
        began_s = loop.time()
    assert loop.time() - began_s <= 2.0
    assert diary.dropped == 1


async def test_without_a_place_to_keep_it_nothing_is_kept() -> None:
    async with Diary(None, "c1") as diary:
        diary.note(EventKind.ANSWERED)
        diary.used([some_usage()])
    assert diary.dropped == 0


async def test_after_the_end_nothing_is_taken_any_more() -> None:
    written = Written()
    async with Diary(written, "c1") as diary:
        pass
    diary.note(EventKind.ANSWERED)
    assert written.entries == []


async def test_a_listener_hears_of_events_though_nothing_is_kept() -> None:
    heard: list[EventKind] = []
    async with Diary(None, "c1", listener=lambda kind, _: heard.append(kind)) as diary:
        diary.note(EventKind.ANSWERED)
        diary.turn(a_turn())
        diary.note(EventKind.LEG_GONE)
    assert heard == [EventKind.ANSWERED, EventKind.LEG_GONE]

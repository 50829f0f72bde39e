"""What a worker tells the roster, and that its watches never wait for it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from bot.records import DatabaseUnavailable
from bot.records.roster import Act, Acted, Roster, WorkerSeen
from bot.worker.figures.metrics import Metrics
from bot.worker.figures.reports import Load, Reports
from tests.bot.records.records import NOON

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

LOAD = Load(calls=3, max_calls=8, is_ready=True, is_blind=False)


class FakeRoster:
    """A roster in memory; may be out of reach."""

    def __init__(self) -> None:
        self.shown: list[WorkerSeen] = []
        self.noted: list[Acted] = []
        self.left: list[str] = []
        self.dropped: list[datetime] = []
        self.is_away = False

    async def show(self, worker: WorkerSeen) -> None:
        self._ask()
        self.shown.append(worker)

    async def note(self, done: Sequence[Acted]) -> None:
        self._ask()
        self.noted += done

    async def leave(self, worker_id: str) -> None:
        self._ask()
        self.left.append(worker_id)

    async def drop(self, before: datetime) -> None:
        self._ask()
        self.dropped.append(before)

    def _ask(self) -> None:
        if self.is_away:
            raise DatabaseUnavailable("away")


class Scene:
    """Reports that run for as long as the test wants."""

    def __init__(self, *, load: Load | None = LOAD) -> None:
        self.roster, self.metrics = FakeRoster(), Metrics()
        self.reports = Reports(
            cast(Roster, self.roster),
            self.metrics,
            None if load is None else lambda: load,
            clock=self._now,
        )

    def _now(self) -> datetime:
        return NOON + timedelta(seconds=asyncio.get_running_loop().time())

    async def run_for(self, seconds: float, *at_s: tuple[float, Any]) -> None:
        loop = asyncio.get_running_loop()
        for moment_s, happens in at_s:
            loop.call_later(moment_s, happens)
        running = asyncio.create_task(self.reports.run())
        await asyncio.sleep(seconds)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_worker_describes_itself_every_ten_seconds_until_it_leaves() -> None:
    scene = Scene()
    await scene.run_for(25)
    assert [(each.seen_at - NOON).total_seconds() for each in scene.roster.shown] == [0, 10, 20]
    [worker_id] = {each.worker_id for each in scene.roster.shown}
    assert scene.roster.left == [worker_id]
    first = scene.roster.shown[0]
    assert (first.calls, first.max_calls, first.is_ready, first.is_blind) == (3, 8, True, False)


async def test_a_watch_alone_is_no_worker_but_tells_what_it_did() -> None:
    scene = Scene(load=None)
    await scene.run_for(25, (3, lambda: scene.reports.did(Act.HUNG_UP)))
    assert (scene.roster.shown, scene.roster.left) == ([], [])
    assert [each.act for each in scene.roster.noted] == [Act.HUNG_UP]


async def test_an_act_is_written_at_once_and_counted() -> None:
    scene = Scene()
    await scene.run_for(5, (3, lambda: scene.reports.did(Act.ENDED_DEAD, "c1")))
    [done] = scene.roster.noted
    assert (done.act, done.call_id, done.at) == (Act.ENDED_DEAD, "c1", NOON + timedelta(seconds=3))
    assert b'storyline_watch_acts_total{act="ended_dead"} 1.0' in scene.metrics.text()


async def test_what_was_done_while_the_database_was_away_is_written_later_once() -> None:
    scene = Scene()
    scene.roster.is_away = True

    def comes_back() -> None:
        scene.roster.is_away = False

    await scene.run_for(
        60,
        (1, lambda: scene.reports.did(Act.BUSY_TONE)),
        (2, lambda: scene.reports.did(Act.HUNG_UP)),
        (30, comes_back),
    )
    assert [each.act for each in scene.roster.noted] == [Act.BUSY_TONE, Act.HUNG_UP]


async def test_a_database_that_stays_away_holds_up_neither_watch_nor_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scene = Scene()
    scene.roster.is_away = True
    for _ in range(5000):
        scene.reports.did(Act.ASKED_AGAIN)
    await scene.run_for(100)
    assert [each.message for each in caplog.records] == ["the roster is not written"]


async def test_what_is_a_month_old_is_dropped_once_a_day() -> None:
    scene = Scene()
    await scene.run_for(25 * 3600)
    month = timedelta(days=30)
    assert scene.roster.dropped[0] == NOON - month
    assert len(scene.roster.dropped) == 2


async def test_a_load_that_cannot_be_told_yet_is_told_later() -> None:
    scene, asked = Scene(), []

    def load() -> Load:
        asked.append(1)
        if len(asked) == 1:
            raise AttributeError("not begun")
        return LOAD

    scene.reports._load = load
    await scene.run_for(15)
    assert [(each.seen_at - NOON).total_seconds() for each in scene.roster.shown] == [10]

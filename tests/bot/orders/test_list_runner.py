"""Working through a list: nobody twice, after a crash too, and several processes on one list."""

import asyncio
import os
import signal
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.orders import list_runner as module
from bot.orders.desk import Desk
from bot.orders.list_result import RowResult
from bot.orders.list_runner import ListRunner, call_list
from bot.orders.number_list import Retry, Row
from bot.orders.request import OutsideHours, Request
from bot.orders.result import Result
from bot.records import DatabaseUnavailable, NumberBusy, Order, OrderLimits, Records
from sip.calls.outcome import Outcome
from sip.errors import NumberRefused
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import NOON

pytestmark = pytest.mark.unit

NUMBER, CLOSED = "+12025550101", "+12025550199"
ROWS = [Row(line, f"+1202555010{line}") for line in range(1, 6)]


class Clock:
    """Stands still unless somebody waits: then it is that much later."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


class FakeDesk(Desk):
    """Dials into the air, and counts; `outcomes` are what each number comes to, in turn."""

    def __init__(
        self,
        records: Records,
        clock: Clock,
        outcomes: dict[str, list[Outcome]] | None = None,
        limits: OrderLimits = PLENTY,
        at_once: int = 2,
        has_worker: bool = True,
    ) -> None:
        self.records = records
        self.ledger = records.orders
        self.clock = clock
        self.outcomes = outcomes or {}
        self.limits = limits
        self.has_worker = has_worker
        self.placer: Any = self
        self.dialled: Counter[str] = Counter()
        self.stopped: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.dialling = asyncio.Event()
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self._calls_at_once = at_once

    @property
    def calls_at_once(self) -> int:
        return self._calls_at_once

    def order(self, request: Request) -> Order:
        if request.number == "911":
            raise NumberRefused("it is an emergency number")
        if request.number == CLOSED:
            raise OutsideHours("it is outside the calling hours there")
        return an_order(
            number=request.number,
            name=request.name,
            ring_timeout_s=request.ring_timeout_s or 30.0,
            idempotency_key=request.idempotency_key,
            asked_at=self.clock(),
        )

    async def check(self, order: Order, *, again: bool = False) -> Order | None:
        return await self.ledger.check(order, self.limits, again=again)

    async def accept(self, order: Order, *, again: bool = False) -> tuple[Order, bool]:
        return await self.ledger.accept(order, self.limits, again=again)

    async def history(self, number: str, prefix: str) -> list[Order]:
        return await self.ledger.with_keys(number, prefix)

    async def follow(self, order: Order, *, is_first: bool) -> Result:
        """As Placer.follow."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if not self.has_worker:
                await self.ledger.end(
                    order.call_id,
                    Outcome.FAILED,
                    self.clock(),
                    detail="No storyteller.",
                    dialled=False,
                )
            elif (taken := await self.ledger.take(order.call_id, "AJ", self.clock())) is not None:
                await self._dial(taken)
            return Result.of(await self._end_of(order), None, is_first=is_first)
        finally:
            self.at_once -= 1

    async def stop(self, order: Order) -> None:
        """As Placer.stop."""
        await self.ledger.end(order.call_id, Outcome.CANCELLED, self.clock())
        self.goes_on.set()
        # The call is over before the asking is.
        for _ in range(5):
            await self.ledger.get(order.call_id)
        self.stopped.append(order.number)

    async def _end_of(self, order: Order) -> Order:
        while True:
            now = await self.ledger.get(order.call_id)
            assert now is not None
            if now.has_ended:
                return now
            await asyncio.sleep(0)

    async def _dial(self, order: Order) -> None:
        await self.ledger.mark_ready(order.call_id)
        if await self.ledger.claim_dialling(order.call_id, self.clock()):
            self.dialled[order.number] += 1
        self.dialling.set()
        await self.goes_on.wait()
        left = self.outcomes.get(order.number) or [Outcome.ANSWERED]
        outcome = left.pop(0) if len(left) > 1 else left[0]
        await self.ledger.end(order.call_id, outcome, self.clock())


ANYBODY = Request("")


def runner(desk: FakeDesk, *rules: str) -> ListRunner:
    return ListRunner(desk, "march", Retry.parse(rules), ANYBODY, clock=desk.clock)


async def test_everybody_is_called_once_within_the_limit(records: Records) -> None:
    desk = FakeDesk(records, Clock())
    results = await runner(desk).run(ROWS)
    assert {r.outcome for r in results} == {Outcome.ANSWERED}
    assert desk.dialled == Counter({row.number: 1 for row in ROWS})
    assert desk.most_at_once <= 2


async def test_a_second_run_calls_nobody_and_tells_the_same(records: Records) -> None:
    desk = FakeDesk(records, Clock(), outcomes={ROWS[0].number: [Outcome.DECLINED]})
    first = await runner(desk).run(ROWS)
    again = await runner(desk).run(ROWS)
    assert [r.outcome for r in again] == [r.outcome for r in first]
    assert first[0].outcome is Outcome.DECLINED
    assert sum(desk.dialled.values()) == len(ROWS)


async def test_after_a_crash_the_rest_is_called_and_nobody_twice(records: Records) -> None:
    desk = FakeDesk(records, Clock(), at_once=1)
    desk.goes_on.clear()
    killed = asyncio.create_task(runner(desk).run(ROWS))
    await desk.dialling.wait()
    killed.cancel()
    with pytest.raises(asyncio.CancelledError):
        await killed
    [left] = [order for order in await records.orders.recent(9) if not order.has_ended]
    await records.orders.end(left.call_id, Outcome.FAILED, desk.clock())
    desk.goes_on.set()
    results = await runner(desk).run(ROWS)
    assert all(r.outcome is not None for r in results)
    assert desk.dialled == Counter({row.number: 1 for row in ROWS})


async def test_several_processes_on_one_list_call_everybody_once(database: str) -> None:
    clock = Clock()
    async with Records.open(database) as one, Records.open(database) as two:
        desks = [FakeDesk(one, clock), FakeDesk(two, clock)]
        results = await asyncio.gather(*(runner(desk).run(ROWS) for desk in desks))
    assert desks[0].dialled + desks[1].dialled == Counter({row.number: 1 for row in ROWS})
    for result in results:
        assert [r.outcome for r in result] == [Outcome.ANSWERED] * len(ROWS)


async def test_a_busy_line_is_called_again_as_the_rule_says(records: Records) -> None:
    desk = FakeDesk(
        records,
        Clock(),
        outcomes={
            ROWS[0].number: [Outcome.BUSY, Outcome.ANSWERED],
            ROWS[1].number: [Outcome.BUSY],
        },
    )
    results = await runner(desk, "busy=2x0").run(ROWS[:2])
    assert [(r.outcome, r.attempts) for r in results] == [
        (Outcome.ANSWERED, 2),
        (Outcome.BUSY, 3),
    ]


async def test_refused_people_and_those_outside_the_hours_do_not_stop_the_others(
    records: Records,
) -> None:
    rows = [Row(1, "911"), Row(2, CLOSED), Row(3, ROWS[0].number)]
    results = await runner(FakeDesk(records, Clock())).run(rows)
    assert [(r.outcome, r.later) for r in results] == [
        (Outcome.REFUSED, False),
        (None, True),
        (Outcome.ANSWERED, False),
    ]


async def test_a_long_list_is_worked_through_with_few_connections(records: Records) -> None:
    rows = [Row(line, f"+1202556{line:04d}") for line in range(1, 61)]
    desk = FakeDesk(records, Clock(), at_once=3)
    results = await runner(desk).run(rows)
    assert {r.outcome for r in results} == {Outcome.ANSWERED}
    assert (sum(desk.dialled.values()), desk.most_at_once) == (60, 3)


async def test_a_stopped_list_calls_nobody_else(records: Records) -> None:
    desk = FakeDesk(records, Clock(), at_once=1)
    work = runner(desk)
    results = await work.run(ROWS, lambda _: work.stop() if desk.stopped == [] else None)
    assert 1 <= sum(desk.dialled.values()) < len(ROWS)
    assert [r.later for r in results].count(True) == len(ROWS) - sum(desk.dialled.values())


async def test_stopped_twice_a_list_ends_the_calls_in_progress_too(records: Records) -> None:
    desk = FakeDesk(records, Clock(), at_once=1)
    work = runner(desk)
    await work.run(ROWS[:1])
    desk.goes_on.clear()
    desk.dialling.clear()
    running = asyncio.create_task(work.run(ROWS[1:3]))
    await desk.dialling.wait()
    work.stop()
    assert desk.stopped == []
    work.stop()
    first, second = await running
    [stopped] = desk.stopped
    assert stopped in (ROWS[1].number, ROWS[2].number), "the first call was over"
    assert sorted((str(first.outcome), str(second.outcome))) == ["None", "cancelled"]


async def test_a_row_of_another_list_is_no_concern_of_this_one(records: Records) -> None:
    desk = FakeDesk(records, Clock())
    await runner(desk).run(ROWS[:1])
    other = ListRunner(desk, "april", {}, ANYBODY, clock=desk.clock)
    assert (await other.run([replace(ROWS[0], line=9)]))[0].outcome is Outcome.ANSWERED
    assert desk.dialled[ROWS[0].number] == 2


async def test_what_goes_for_everybody_and_what_the_row_says_reach_the_order(
    records: Records,
) -> None:
    desk = FakeDesk(records, Clock())
    each = Request("", ring_timeout_s=12.0, max_call_s=60.0)
    await ListRunner(desk, "march", {}, each, clock=desk.clock).run([Row(1, NUMBER, "Maria")])
    [order] = await records.orders.recent(9)
    assert (order.name, order.ring_timeout_s) == ("Maria", 12.0)
    assert order.idempotency_key == f"list:march#{NUMBER}#1"


async def test_whoever_nobody_could_dial_is_left_for_the_next_run(records: Records) -> None:
    desk = FakeDesk(records, Clock(), has_worker=False)
    [result] = await runner(desk).run(ROWS[:1])
    assert (result.outcome, result.later, result.sentence) == (None, True, "No storyteller.")
    desk.has_worker = True
    [result] = await runner(desk).run(ROWS[:1])
    assert (result.outcome, result.later, result.attempts) == (Outcome.ANSWERED, False, 2)


async def test_a_number_that_another_command_calls_is_waited_for_and_not_called_at_once(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AGAIN_S", 0.01)
    other = an_order(number=NUMBER, idempotency_key="cron")
    await records.orders.accept(other, PLENTY)
    await records.orders.take(other.call_id, "AJ", NOON)
    desk = FakeDesk(records, Clock())
    running = asyncio.create_task(runner(desk).run([Row(1, NUMBER)]))
    refused = asyncio.Event()
    accept = desk.accept

    async def watched(order: Order) -> tuple[Order, bool]:
        try:
            return await accept(order)
        except NumberBusy:
            refused.set()
            raise

    monkeypatch.setattr(desk, "accept", watched)
    await refused.wait()
    assert desk.dialled == Counter()
    await records.orders.end(other.call_id, Outcome.ANSWERED, NOON)
    [result] = await running
    assert (result.outcome, desk.dialled[NUMBER]) == (Outcome.ANSWERED, 1)


class Away:
    """Takes a desk's database away: all of it, or what only one method needs."""

    def __init__(self, desk: FakeDesk, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
        self.is_away = True
        self.asked = 0
        self.asked_often = asyncio.Event()
        work = getattr(desk, method)

        async def asked(*arguments: Any, **options: Any) -> Any:
            if self.is_away:
                self.asked += 1
                if self.asked == 3:
                    self.asked_often.set()
                raise DatabaseUnavailable("the database is locked")
            return await work(*arguments, **options)

        monkeypatch.setattr(desk, method, asked)


@pytest.mark.parametrize("method", ["history", "accept"])
async def test_a_database_that_comes_back_is_waited_for(
    records: Records, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(module, "_AGAIN_S", 0.01)
    desk = FakeDesk(records, Clock())
    away = Away(desk, monkeypatch, method)
    running = asyncio.create_task(runner(desk).run(ROWS))
    await away.asked_often.wait()
    away.is_away = False
    assert {r.outcome for r in await running} == {Outcome.ANSWERED}
    assert desk.dialled == Counter({row.number: 1 for row in ROWS})


class Minutes:
    """A clock that is asked only while the database is away; each answer is later by `step_s`."""

    def __init__(self, step_s: float) -> None:
        self.now_s = 1000.0
        self.step_s = step_s

    def __call__(self) -> float:
        self.now_s += self.step_s
        return self.now_s


def patient(desk: FakeDesk, minutes: Minutes) -> ListRunner:
    return ListRunner(desk, "march", {}, ANYBODY, clock=desk.clock, monotonic=minutes)


@pytest.mark.parametrize("method", ["history", "accept"])
async def test_a_database_that_stays_away_for_a_minute_leaves_everybody_for_later(
    records: Records, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(module, "_AGAIN_S", 0.0)
    desk = FakeDesk(records, Clock())
    away = Away(desk, monkeypatch, method)
    results = await patient(desk, Minutes(step_s=7.5)).run(ROWS)
    assert [(r.outcome, r.later) for r in results] == [(None, True)] * len(ROWS)
    assert [r.row for r in results] == ROWS
    assert {r.sentence for r in results} == {"Left for later: the database is away."}
    assert desk.dialled == Counter()
    # At 0, 7.5, ... 60 s it is still waited for; the others that ask meanwhile are few.
    assert 9 < away.asked <= 10 + len(ROWS)


async def test_two_short_outages_in_one_list_are_not_one_long_one(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_AGAIN_S", 0.0)
    desk, minutes = FakeDesk(records, Clock()), Minutes(step_s=1.0)
    work = patient(desk, minutes)
    history, failures = desk.history, [True]

    async def now_and_then(number: str, prefix: str) -> list[Order]:
        if failures and failures.pop():
            raise DatabaseUnavailable("the database is locked")
        return await history(number, prefix)

    monkeypatch.setattr(desk, "history", now_and_then)
    assert [r.later for r in await work.run(ROWS[:1])] == [False]
    minutes.now_s += 600
    failures.append(True)
    assert [r.later for r in await work.run(ROWS[1:2])] == [False]


async def test_a_list_that_is_stopped_does_not_wait_for_the_database(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = FakeDesk(records, Clock())
    Away(desk, monkeypatch, "history")
    work = runner(desk)
    work.stop()
    async with asyncio.timeout(5):
        [result] = await work.run(ROWS[:1])
    assert result.later


async def test_one_call_that_stumbles_leaves_the_others_alone(
    records: Records, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk = FakeDesk(records, Clock())
    history = desk.history

    async def stumbling(number: str, prefix: str) -> list[Order]:
        if number == ROWS[1].number:
            raise ZeroDivisionError
        return await history(number, prefix)

    monkeypatch.setattr(desk, "history", stumbling)
    results = await runner(desk).run(ROWS)
    assert [r.later for r in results] == [False, True, False, False, False]
    assert [r.row for r in results] == ROWS
    assert results[1].sentence == "Left for later: an unforeseen ZeroDivisionError."
    assert sum(desk.dialled.values()) == len(ROWS) - 1
    assert [each.levelname for each in caplog.records] == ["ERROR"]


async def test_whoever_was_called_often_enough_today_is_left_for_another_day(
    records: Records,
) -> None:
    desk = FakeDesk(records, Clock(), limits=replace(PLENTY, per_number_a_day=1))
    await runner(desk).run(ROWS[:1])
    april = ListRunner(desk, "april", {}, ANYBODY, clock=desk.clock)
    called, other = await april.run(ROWS[:2])
    assert (called.outcome, called.later, called.attempts) == (None, True, 0)
    assert called.sentence == ("Left for later: the number was called 1 times in a day, its limit.")
    assert other.outcome is Outcome.ANSWERED
    assert desk.dialled == Counter({row.number: 1 for row in ROWS[:2]})


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_the_list_and_is_no_longer_ours_afterwards(
    records: Records, stop: signal.Signals
) -> None:
    desk = FakeDesk(records, Clock(), at_once=1)
    heard: list[RowResult] = []

    def ring_off(result: RowResult) -> None:
        if not heard:
            os.kill(os.getpid(), stop)
        heard.append(result)

    results = await call_list(desk, "march", {}, ANYBODY, ROWS, ring_off)
    assert signal.getsignal(stop) in (signal.default_int_handler, signal.SIG_DFL)
    assert sorted(each.row.line for each in heard) == [row.line for row in ROWS]
    left = [result for result in results if result.later]
    assert sum(desk.dialled.values()) + len(left) == len(ROWS)
    assert {each.sentence for each in left} == {"Not called: the list was stopped."}

"""Working through a list: nobody twice, after a crash too, and several processes on one list."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from bot.orders.list_runner import ListRunner
from bot.orders.number_list import Retry, Row
from bot.orders.request import OutsideHours
from bot.orders.result import Result
from bot.records import Ledger, Order, TrunkLimits
from sip.calls.outcome import Outcome
from sip.errors import NumberRefused
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import NOON

pytestmark = pytest.mark.unit

ROWS = [Row(line, f"+1202555010{line}") for line in range(1, 6)]


class Clock:
    """Stands still unless somebody waits: then it is that much later."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
async def ledger(database: str) -> AsyncIterator[Ledger]:
    async with Ledger.open(database) as ledger:
        yield ledger


@dataclass
class FakeDesk:
    """Dials into the air, and counts; `outcomes` are what each number comes to, in turn."""

    ledger: Ledger
    clock: Clock
    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    limits: TrunkLimits = PLENTY
    dialled: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    most_at_once: int = 0
    dies_after: int | None = None

    def order(self, row: Row, key: str) -> Order:
        if row.number == "911":
            raise NumberRefused("it is an emergency number")
        if row.number == "+12025550199":
            raise OutsideHours("it is outside the calling hours there")
        return an_order(number=row.number, idempotency_key=key, asked_at=self.clock())

    async def accept(self, order: Order) -> tuple[Order, bool]:
        return await self.ledger.accept(order, self.limits, again=True)

    async def check(self, order: Order) -> None:
        await self.ledger.check(order, self.limits, again=True)

    async def history(self, number: str, prefix: str) -> list[Order]:
        return await self.ledger.with_keys(number, prefix)

    async def follow(self, order: Order, *, is_first: bool) -> Result:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            taken = await self.ledger.take(order.call_id, "AJ", self.clock())
            if taken is not None:
                await self._dial(taken)
            return Result.of(await self._end_of(order), None, is_first=is_first)
        finally:
            self.at_once -= 1

    async def _end_of(self, order: Order) -> Order:
        while True:
            now = await self.ledger.get(order.call_id)
            assert now is not None
            if now.has_ended:
                return now
            await asyncio.sleep(0)

    async def _dial(self, order: Order) -> None:
        await self.ledger.ready(order.call_id)
        if await self.ledger.may_dial(order.call_id, self.clock()):
            self.dialled[order.number] += 1
        if self.dies_after is not None and sum(self.dialled.values()) > self.dies_after:
            raise RuntimeError("the command was killed")
        left = self.outcomes.get(order.number) or [Outcome.ANSWERED]
        outcome = left.pop(0) if len(left) > 1 else left[0]
        await self.ledger.end(order.call_id, outcome, self.clock())


def runner(desk: FakeDesk, *rules: str, at_once: int = 2) -> ListRunner:
    return ListRunner(desk, "march", Retry.parse(rules), at_once=at_once, clock=desk.clock)


async def test_everybody_is_called_once_within_the_limit(ledger: Ledger) -> None:
    desk = FakeDesk(ledger, Clock())
    results = await runner(desk).run(ROWS)
    assert {r.outcome for r in results} == {Outcome.ANSWERED}
    assert desk.dialled == Counter({row.number: 1 for row in ROWS})
    assert desk.most_at_once <= 2


async def test_a_second_run_calls_nobody_and_tells_the_same(ledger: Ledger) -> None:
    desk = FakeDesk(ledger, Clock(), outcomes={ROWS[0].number: [Outcome.DECLINED]})
    first = await runner(desk).run(ROWS)
    again = await runner(desk).run(ROWS)
    assert [r.outcome for r in again] == [r.outcome for r in first]
    assert first[0].outcome is Outcome.DECLINED
    assert sum(desk.dialled.values()) == len(ROWS)


async def test_after_a_crash_the_rest_is_called_and_nobody_twice(ledger: Ledger) -> None:
    desk = FakeDesk(ledger, Clock(), dies_after=2)
    with pytest.raises(BaseExceptionGroup):
        await runner(desk, at_once=1).run(ROWS)
    desk.dies_after = None
    await ledger.bury_the_dead(desk.clock.now + timedelta(hours=1))
    results = await runner(desk).run(ROWS)
    assert all(r.outcome is not None for r in results)
    assert desk.dialled == Counter({row.number: 1 for row in ROWS})


async def test_several_processes_on_one_list_call_everybody_once(database: str) -> None:
    clock = Clock()
    async with Ledger.open(database) as one, Ledger.open(database) as two:
        desks = [FakeDesk(one, clock), FakeDesk(two, clock)]
        results = await asyncio.gather(*(runner(desk).run(ROWS) for desk in desks))
    assert desks[0].dialled + desks[1].dialled == Counter({row.number: 1 for row in ROWS})
    for result in results:
        assert [r.outcome for r in result] == [Outcome.ANSWERED] * len(ROWS)


async def test_a_busy_line_is_called_again_as_the_rule_says(ledger: Ledger) -> None:
    desk = FakeDesk(
        ledger,
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
    ledger: Ledger,
) -> None:
    rows = [Row(1, "911"), Row(2, "+12025550199"), Row(3, ROWS[0].number)]
    results = await runner(FakeDesk(ledger, Clock())).run(rows)
    assert [(r.outcome, r.later) for r in results] == [
        (Outcome.REFUSED, False),
        (None, True),
        (Outcome.ANSWERED, False),
    ]


async def test_a_long_list_is_worked_through_with_few_connections(ledger: Ledger) -> None:
    rows = [Row(line, f"+1202556{line:04d}") for line in range(1, 61)]
    desk = FakeDesk(ledger, Clock())
    results = await runner(desk, at_once=3).run(rows)
    assert {r.outcome for r in results} == {Outcome.ANSWERED}
    assert (sum(desk.dialled.values()), desk.most_at_once) == (60, 3)


async def test_a_stopped_list_calls_nobody_else(ledger: Ledger) -> None:
    desk = FakeDesk(ledger, Clock())
    work = runner(desk, at_once=1)
    results = await work.run(ROWS, lambda _: work.stopping.set())
    assert sum(desk.dialled.values()) < len(ROWS)
    assert [r.later for r in results].count(True) == len(ROWS) - sum(desk.dialled.values())


async def test_a_row_of_another_list_is_no_concern_of_this_one(ledger: Ledger) -> None:
    desk = FakeDesk(ledger, Clock())
    await runner(desk).run(ROWS[:1])
    other = ListRunner(desk, "april", {}, at_once=1, clock=desk.clock)
    assert (await other.run([replace(ROWS[0], line=9)]))[0].outcome is Outcome.ANSWERED
    assert desk.dialled[ROWS[0].number] == 2

"""Where a list waits, for what and how long, and what each person is told meanwhile."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from bot.orders.desk import Desk
from bot.orders.list_result import RowResult
from bot.orders.list_runner import ListRunner
from bot.orders.number_list import Retry, Row
from bot.orders.request import OutsideHours, Request
from bot.orders.result import Result
from bot.records import NotToday, Order, OrderRefused, OrderState, TrunkBusy
from sip.calls.outcome import Outcome
from sip.errors import NumberRefused
from tests.bot.records.orders import an_order
from tests.bot.records.records import NOON

pytestmark = pytest.mark.unit

ROW = Row(1, "+12025550101")
PREFIX = "list:march#+12025550101#"
# Asked for, and ended, before the list began.
ASKED_AT = NOON - timedelta(hours=1)


def an_ended_order(outcome: Outcome, *, ended_at_s: float = 0.0) -> Order:
    return an_order(
        number=ROW.number,
        state=OrderState.ENDED,
        outcome=outcome,
        asked_at=ASKED_AT,
        dialed_at=ASKED_AT,
        ended_at=NOON + timedelta(seconds=ended_at_s),
    )


@dataclass
class ScriptedDesk(Desk):
    """Answers from lists; what was asked is kept. After `accept` or `follow` a call has ended."""

    orders: list[Order] = field(default_factory=list)
    refusals: list[Exception] = field(default_factory=list)
    accepting: list[Exception] = field(default_factory=list)
    asked_for: list[str] = field(default_factory=list)
    followed: list[tuple[str, bool]] = field(default_factory=list)
    accepted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.placer: Any = self

    @property
    def calls_at_once(self) -> int:
        return 1

    def order(self, request: Request) -> Order:
        self.asked_for.append(request.idempotency_key or "")
        if self.refusals and (refusal := self.refusals.pop(0)):
            raise refusal
        return an_order(number=request.number, idempotency_key=request.idempotency_key)

    async def accept(self, order: Order, *, again: bool = False) -> tuple[Order, bool]:
        if self.accepting:
            raise self.accepting.pop(0)
        self.accepted.append(order.idempotency_key or "")
        return order, True

    async def follow(self, order: Order, *, is_first: bool) -> Result:
        self.followed.append((order.call_id, is_first))
        done = an_ended_order(Outcome.ANSWERED)
        self.orders = [done]
        return Result.of(done, None, is_first=is_first)

    async def history(self, number: str, prefix: str) -> list[Order]:
        assert (number, prefix) == (ROW.number, PREFIX)
        return self.orders


class Unhurried(ListRunner):
    """Keeps how long it would have waited, and lets the clock say that the time has passed."""

    def __init__(self, desk: ScriptedDesk, *rules: str) -> None:
        self.now = NOON
        self.paused_s: list[float] = []
        rules_read = Retry.parse(rules)
        super().__init__(desk, "march", rules_read, Request(""), clock=lambda: self.now)

    async def _pause(self, pause_s: float) -> None:
        self.paused_s.append(pause_s)
        self.now += timedelta(seconds=pause_s)


async def only(
    work: ListRunner, on_result: Callable[[RowResult], None] = lambda _: None
) -> RowResult:
    [result] = await work.run([ROW], on_result)
    return result


async def test_a_full_trunk_is_asked_again_after_a_second() -> None:
    desk = ScriptedDesk(accepting=[TrunkBusy("full"), TrunkBusy("full")])
    work = Unhurried(desk)
    assert (await only(work)).outcome is Outcome.ANSWERED
    assert work.paused_s == [1.0, 1.0]
    assert desk.accepted == [f"{PREFIX}1"]


async def test_whoever_was_busy_is_called_again_when_the_rule_says() -> None:
    desk = ScriptedDesk(orders=[an_ended_order(Outcome.BUSY, ended_at_s=-10)])
    work = Unhurried(desk, "busy=1x60")
    assert (await only(work)).outcome is Outcome.ANSWERED
    assert work.paused_s == [50.0]
    assert desk.accepted == [f"{PREFIX}2"]


async def test_a_call_under_way_is_followed_not_made_again() -> None:
    under_way = an_order(number=ROW.number, state=OrderState.RINGING)
    desk = ScriptedDesk(orders=[under_way])
    assert (await only(Unhurried(desk))).outcome is Outcome.ANSWERED
    assert desk.followed == [(under_way.call_id, False)]
    assert desk.accepted == []


async def test_a_call_of_ours_is_followed_as_the_first() -> None:
    desk = ScriptedDesk()
    await only(Unhurried(desk))
    assert [is_first for _, is_first in desk.followed] == [True]


async def test_whoever_has_an_outcome_is_told_it_again() -> None:
    done = an_ended_order(Outcome.DECLINED)
    result = await only(Unhurried(ScriptedDesk(orders=[done, done])))
    told = Result.of(done, None, is_first=False)
    assert result == RowResult(ROW, Outcome.DECLINED, told.sentence, 2, order=done)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (
            OutsideHours("it is night there"),
            RowResult(ROW, None, "Not called yet: it is night there.", later=True),
        ),
        (
            NumberRefused("it is an emergency number"),
            RowResult(ROW, Outcome.REFUSED, "Not called: it is an emergency number."),
        ),
    ],
)
async def test_whoever_may_not_be_called_is_told_why(
    refusal: Exception, expected: RowResult
) -> None:
    desk = ScriptedDesk(refusals=[refusal])
    assert await only(Unhurried(desk)) == expected
    assert desk.asked_for == [""]


async def test_whoever_is_blocked_is_told_so() -> None:
    desk = ScriptedDesk(accepting=[OrderRefused("they asked never to be called again")])
    result = await only(Unhurried(desk))
    assert result == RowResult(
        ROW, Outcome.REFUSED, "Not called: they asked never to be called again."
    )


@pytest.mark.parametrize(
    ("refusal", "outcome", "sentence"),
    [
        (NotToday("it is enough"), None, "Left for later: it is enough."),
        (OrderRefused("they asked not to"), Outcome.REFUSED, "Not called: they asked not to."),
    ],
)
async def test_whoever_is_not_called_again_is_told_how_often_they_were(
    refusal: Exception, outcome: Outcome | None, sentence: str
) -> None:
    desk = ScriptedDesk(orders=[an_ended_order(Outcome.BUSY)], accepting=[refusal])
    result = await only(Unhurried(desk, "busy=2x300"))
    assert result == RowResult(ROW, outcome, sentence, attempts=1, later=outcome is None)


async def test_whoever_goes_to_bed_before_their_turn_is_left_for_later() -> None:
    late = OutsideHours("it is night there")
    desk = ScriptedDesk()
    work = Unhurried(desk)
    order, asked = desk.order, iter([None, late, late])

    def getting_late(request: Request) -> Order:
        if refusal := next(asked):
            raise refusal
        return order(request)

    desk.order = getting_late  # type: ignore[method-assign]
    assert await only(work) == RowResult(
        ROW, None, "Not called yet: it is night there.", later=True
    )
    assert desk.accepted == []


@pytest.mark.parametrize("outcome", [None, Outcome.BUSY])
async def test_a_stopped_list_leaves_for_later_whoever_has_no_outcome(
    outcome: Outcome | None,
) -> None:
    orders = [an_ended_order(outcome)] if outcome else []
    desk = ScriptedDesk(orders=orders)
    work = Unhurried(desk, "busy=1x60")
    work.stop()
    stopped = "Not called: the list was stopped."
    assert await only(work) == RowResult(ROW, None, stopped, len(orders), later=True)
    assert (desk.accepted, work.paused_s) == ([], [])


async def test_stopping_ends_a_long_wait() -> None:
    desk = ScriptedDesk(orders=[an_ended_order(Outcome.BUSY)])
    rules = Retry.parse(["busy=1x3600"])
    work = ListRunner(desk, "march", rules, Request(""), clock=lambda: NOON)
    running = asyncio.create_task(only(work))
    await asyncio.sleep(0)
    work.stop()
    async with asyncio.timeout(10):
        assert (await running).later


async def test_a_wait_whose_time_has_come_is_none() -> None:
    work = ListRunner(ScriptedDesk(), "march", {}, Request(""), clock=lambda: NOON)
    async with asyncio.timeout(10):
        await work._pause(-1.0)


async def test_each_result_is_told_as_it_comes_and_all_in_the_order_of_the_list() -> None:
    told: list[RowResult] = []
    rows: Sequence[Row] = [Row(1, ROW.number), Row(2, ROW.number)]
    desk = ScriptedDesk(refusals=[NumberRefused("one"), NumberRefused("two")])
    results = await Unhurried(desk).run(rows, told.append)
    assert told == results
    assert [each.row for each in results] == rows


async def test_few_people_are_looked_up_at_once() -> None:
    looking, most = 0, 0

    class Slow(ScriptedDesk):
        async def history(self, number: str, prefix: str) -> list[Order]:
            nonlocal looking, most
            looking += 1
            most = max(most, looking)
            await asyncio.sleep(0)
            looking -= 1
            return [an_ended_order(Outcome.ANSWERED)]

    await Unhurried(Slow()).run([ROW] * 10)
    assert most == 3

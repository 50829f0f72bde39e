"""Orders whose job died are ended; no clock of any machine can end one whose job lives."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from bot.orders.watch import Burial, Life, Vigil, clear_the_way
from bot.records import CallRecord, DatabaseUnavailable, EndReason, Order, OrderState, Records
from sip.calls.outcome import Outcome
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit

LATER = NOON + timedelta(hours=1)


@dataclass
class World:
    """One order, the record of its call, and a clock that is moved by hand."""

    records: Records
    order: Order
    now_s: float = 1000.0

    def __post_init__(self) -> None:
        self.burial = Burial(self.records, monotonic=lambda: self.now_s)

    async def look_for(self, seconds: float, *, beat_at: datetime | None = None) -> None:
        """Look once a second; a living job beats between, by its own clock."""
        for second in range(round(seconds)):
            if beat_at is not None:
                await self.beat(beat_at + timedelta(seconds=second))
            self.now_s += 1
            await self.burial.look([await self.now()])

    async def beat(self, lease_until: datetime | None) -> None:
        await self.records.calls.save(a_call(call_id=self.order.call_id, lease_until=lease_until))

    async def now(self) -> Order:
        found = await self.records.orders.get(self.order.call_id)
        assert found is not None
        return found


@pytest.fixture
async def world(records: Records) -> World:
    order = an_order()
    await records.orders.accept(order, PLENTY)
    await records.orders.take(order.call_id, "AJ_1", NOON)
    return World(records, order)


async def walk(world: World, state: OrderState) -> None:
    ledger, call_id = world.records.orders, world.order.call_id
    if state is not OrderState.TAKEN:
        await ledger.mark_ready(call_id)
    if state in (OrderState.DIALING, OrderState.RINGING, OrderState.ANSWERED):
        await ledger.claim_dialling(call_id, NOON)
    if state is OrderState.RINGING:
        await ledger.mark_ringing(call_id)
    if state is OrderState.ANSWERED:
        await ledger.mark_answered(call_id, NOON)


EPITAPHS = [
    (OrderState.TAKEN, "before anybody was dialled"),
    (OrderState.READY, "before anybody was dialled"),
    (OrderState.DIALING, "nobody knows"),
    (OrderState.RINGING, "nobody knows"),
    (OrderState.ANSWERED, "during the call"),
]


@pytest.mark.parametrize(("state", "words"), EPITAPHS)
async def test_an_order_whose_call_was_closed_by_the_guardian_is_ended_honestly(
    world: World, state: OrderState, words: str
) -> None:
    await walk(world, state)
    await world.beat(NOON)
    # By the clock of another machine, an hour ahead of ours or behind.
    await world.records.calls.close_if_open(world.order.call_id, EndReason.CRASHED, LATER)
    await world.look_for(5)
    assert (await world.now()).state is state, "a living job is just about to end it"
    await world.look_for(1)
    buried = await world.now()
    assert buried.has_ended and words in (buried.detail or "")
    answered = state is OrderState.ANSWERED
    assert buried.outcome is (Outcome.ANSWERED if answered else Outcome.FAILED)


@pytest.mark.parametrize("skew_h", [-24, 0, 24])
async def test_a_job_that_beats_is_alive_whatever_its_clock_says(world: World, skew_h: int) -> None:
    await walk(world, OrderState.ANSWERED)
    await world.look_for(120, beat_at=NOON + timedelta(hours=skew_h))
    assert (await world.now()).state is OrderState.ANSWERED


async def test_a_call_that_no_guardian_ends_is_challenged_and_then_buried(world: World) -> None:
    await walk(world, OrderState.RINGING)
    await world.beat(LATER)
    await world.look_for(5)
    record = await world.records.calls.get(world.order.call_id)
    assert record is not None and record.lease_until == LATER, "not quiet for long enough"
    await world.look_for(1)
    record = await world.records.calls.get(world.order.call_id)
    assert record is not None and record.lease_until is None, "challenged"
    await world.look_for(10)
    assert (await world.now()).state is OrderState.RINGING, "a guardian comes first"
    await world.look_for(1)
    assert (await world.now()).has_ended


async def test_whoever_answers_the_challenge_is_alive(world: World) -> None:
    await world.beat(LATER)
    await world.look_for(8)
    await world.beat(LATER)
    await world.look_for(5)
    record = await world.records.calls.get(world.order.call_id)
    assert record is not None and record.lease_until == LATER
    assert not (await world.now()).has_ended


async def test_a_job_that_never_wrote_a_record_is_given_fifteen_seconds(world: World) -> None:
    await world.look_for(15)
    assert not (await world.now()).has_ended
    await world.look_for(1)
    assert (await world.now()).outcome is Outcome.FAILED


async def test_whoever_did_not_look_for_a_while_has_not_watched(world: World) -> None:
    await world.look_for(14)
    world.now_s += 60  # suspended, or the database was away
    await world.look_for(15)
    assert not (await world.now()).has_ended
    await world.look_for(1)
    assert (await world.now()).has_ended


async def test_a_database_that_takes_no_writes_condemns_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.beat(LATER)

    async def refuse(*_: object) -> bool:
        raise DatabaseUnavailable("disk full")

    monkeypatch.setattr(world.records.calls, "challenge", refuse)
    await world.look_for(60)
    assert not (await world.now()).has_ended


async def test_orders_that_nobody_has_and_those_that_are_over_are_not_judged(
    records: Records,
) -> None:
    queued = an_order(number="+12025550101")
    await records.orders.accept(queued, PLENTY)
    ended = an_order(number="+12025550102")
    await records.orders.accept(ended, PLENTY)
    await records.orders.end(ended.call_id, Outcome.BUSY, NOON)
    now_s = 0.0
    burial = Burial(records, monotonic=lambda: now_s)
    for _ in range(60):
        now_s += 1
        orders = [await records.orders.get(each.call_id) for each in (queued, ended)]
        await burial.look([order for order in orders if order is not None])
    found = await records.orders.get(queued.call_id)
    assert found is not None and found.state is OrderState.QUEUED


async def test_a_way_that_is_free_or_taken_by_the_living_needs_no_clearing(world: World) -> None:
    assert not await clear_the_way(world.records, an_order(number="+1999", trunk_id="ST_y"))
    await world.beat(datetime.now(NOON.tzinfo) + timedelta(seconds=6))
    assert not await clear_the_way(world.records, an_order(idempotency_key="k"))
    assert not (await world.now()).has_ended


def life(record: CallRecord | None, **changes: object) -> Life:
    return Life(replace(an_order(state=OrderState.TAKEN, taken_at=NOON), **changes), record)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("record", "after_s", "is_dead"),
    [
        (None, 15, False),
        (None, 16, True),
        (a_call(lease_until=NOON), 0, False),
        (a_call(lease_until=NOON), 1, True),
        (a_call(lease_until=None), 0, True),
        (a_call(lease_until=None, ended_at=NOON), 5, False),
        (a_call(lease_until=None, ended_at=NOON), 6, True),
    ],
)
def test_the_wall_clock_is_enough_for_a_suspicion(
    record: CallRecord | None, after_s: int, is_dead: bool
) -> None:
    assert life(record).seems_dead(NOON + timedelta(seconds=after_s)) is is_dead


def test_a_challenge_is_no_sign_of_life_and_an_answer_is() -> None:
    vigil = Vigil()
    order = an_order(state=OrderState.RINGING)
    call = a_call(call_id=order.call_id, lease_until=NOON)
    assert vigil.judge([Life(order, call)], 0).living == frozenset()
    challenged = replace(call, lease_until=None)
    assert vigil.judge([Life(order, challenged)], 1).living == frozenset()
    answered = replace(call, lease_until=LATER)
    assert vigil.judge([Life(order, answered)], 2).living == {order.call_id}

"""An order in the hands of a job: whose it is, and that its page is closed, whatever happens."""

import asyncio
from typing import Any

import pytest

from bot.call.placed import PlacedCall, place_call
from bot.records import Direction, EndReason, Order, OrderState, Records, utc_now
from tests.bot.call.fake_job import ROOM, FakeJob
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.settings.made import CLOUD, made

pytestmark = pytest.mark.unit


@pytest.fixture
async def order(records: Records) -> Order:
    order, _ = await records.orders.accept(an_order(), PLENTY)
    return order


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> list[PlacedCall]:
    calls: list[PlacedCall] = []

    async def carry(call: PlacedCall) -> None:
        calls.append(call)
        call._ending.set(EndReason.STORY_FINISHED)

    monkeypatch.setattr(PlacedCall, "carry", carry)
    return calls


async def place(database: str, call_id: str) -> FakeJob:
    settings = made(DATABASE_URL=database, LIVEKIT_URL=CLOUD)
    job = FakeJob(settings)
    await place_call(job.ctx, settings, call_id)
    return job


async def now_in(records: Records, order: Order) -> Order:
    found = await records.orders.get(order.call_id)
    assert found is not None
    return found


@pytest.mark.usefixtures("carried")
async def test_a_placed_call_has_one_record_under_the_orders_id(
    database: str, records: Records, order: Order
) -> None:
    await place(database, order.call_id)
    [call] = await records.calls.recent(9)
    assert (call.call_id, call.direction, call.room_name) == (
        order.call_id,
        Direction.OUTBOUND,
        ROOM,
    )
    assert call.job_id == "AJ_1"
    assert call.end_reason is EndReason.STORY_FINISHED


@pytest.mark.usefixtures("carried")
async def test_the_order_ends_with_its_call(database: str, records: Records, order: Order) -> None:
    job = await place(database, order.call_id)
    assert (await now_in(records, order)).state is OrderState.ENDED
    assert job.api.deleted == [ROOM]


async def test_of_two_jobs_one_gets_the_order_and_the_other_leaves(
    database: str, order: Order, carried: list[PlacedCall]
) -> None:
    jobs = await asyncio.gather(*(place(database, order.call_id) for _ in range(2)))
    assert len(carried) == 1
    assert sorted(job.goodbyes for job in jobs) == [["not ours"], ["story_finished"]]


@pytest.mark.parametrize("state", ["unknown", "taken", "cancelled"])
async def test_an_order_that_is_not_ours_leaves_no_trace(
    database: str, records: Records, order: Order, carried: list[PlacedCall], state: str
) -> None:
    if state == "taken":
        await records.orders.take(order.call_id, "AJ_0", utc_now())
    if state == "cancelled":
        await records.orders.cancel(order.call_id, utc_now())
    job = await place(database, "nobody's" if state == "unknown" else order.call_id)
    assert (carried, job.goodbyes) == ([], ["not ours"])
    assert await records.calls.recent(9) == []


async def test_a_fault_on_the_way_ends_order_and_record(
    database: str, records: Records, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(_: Any) -> None:
        raise ValueError("no such model")

    monkeypatch.setattr(PlacedCall, "carry", fails)
    await place(database, order.call_id)
    [call] = await records.calls.recent(9)
    ended = await now_in(records, order)
    assert call.end_reason is EndReason.FAILED
    assert ended.state is OrderState.ENDED
    assert "no such model" in (ended.detail or "")


async def test_a_job_that_is_cancelled_ends_the_order_all_the_same(
    database: str, records: Records, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = asyncio.Event()

    async def hangs(_: Any) -> None:
        begun.set()
        await asyncio.sleep(3600)

    monkeypatch.setattr(PlacedCall, "carry", hangs)
    placing = asyncio.create_task(place(database, order.call_id))
    await begun.wait()
    placing.cancel()
    await asyncio.wait({placing})
    assert (await now_in(records, order)).state is OrderState.ENDED
    [call] = await records.calls.recent(9)
    assert call.end_reason is EndReason.CRASHED

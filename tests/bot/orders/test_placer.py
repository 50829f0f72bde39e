"""Asking for a call from outside: by whoever comes first, taken up by the next, and stopped."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from livekit.api import ServerError

from bot.messages import Message
from bot.orders import placer as module
from bot.orders import watch
from bot.orders.placer import Placer
from bot.orders.ticket import ordered_call, write_ticket
from bot.records import (
    CallStore,
    DatabaseUnavailable,
    EndReason,
    Ledger,
    NumberBusy,
    Order,
    OrderState,
    Records,
    utc_now,
)
from sip.calls.outcome import Outcome
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit


@dataclass
class FakeLiveKit:
    """A LiveKit that notes what it was asked; `job` is what a worker does with a dispatch."""

    ledger: Ledger
    has_worker: bool = True
    refuses: bool = False
    is_answered: bool = False
    asked: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    @property
    def room(self) -> "FakeLiveKit":
        return self

    @property
    def agent_dispatch(self) -> "FakeLiveKit":
        return self

    async def create_room(self, _: Any) -> None:
        if self.refuses:
            raise ServerError("unauthenticated", "wrong keys", status=401)

    async def create_dispatch(self, request: Any) -> None:
        call_id = ordered_call(request.metadata)
        assert call_id is not None
        self.asked.append(call_id)
        if self.has_worker and await self.ledger.take(call_id, "AJ", utc_now()):
            await self.ledger.mark_ready(call_id)
            await self.ledger.claim_dialling(call_id, NOON)
            if self.is_answered:
                await self.ledger.mark_answered(call_id, NOON)

    async def send_data(self, request: Any) -> None:
        self.messages.append(request.topic)

    async def delete_room(self, request: Any) -> None:
        self.deleted.append(request.room)


@dataclass
class Scene:
    """Everything one test needs."""

    records: Records
    livekit: FakeLiveKit

    @property
    def ledger(self) -> Ledger:
        return self.records.orders

    @property
    def store(self) -> CallStore:
        return self.records.calls

    @property
    def placer(self) -> Placer:
        api: Any = self.livekit
        return Placer(self.records, api, agent_name="storyteller", secret="s3cret")


@pytest.fixture
def scene(records: Records, monkeypatch: pytest.MonkeyPatch) -> Scene:
    for name in ("TAKE_LIMIT_S", "_OTHER_LIMIT_S", "_HANG_UP_LIMIT_S"):
        monkeypatch.setattr(module, name, 0.2)
    monkeypatch.setattr(module, "_POLL_S", 0.01)
    return Scene(records, FakeLiveKit(records.orders))


async def test_a_call_is_followed_step_by_step_to_its_outcome(scene: Scene) -> None:
    order, is_first = await scene.placer.accept(an_order(), PLENTY)
    states: list[OrderState] = []
    dialling = asyncio.Event()

    def on_progress(now: Order) -> None:
        states.append(now.state)
        if now.state is OrderState.DIALING:
            dialling.set()

    following = asyncio.create_task(
        scene.placer.follow(order, is_first=is_first, on_progress=on_progress)
    )
    async with asyncio.timeout(5):
        await dialling.wait()
        await scene.ledger.end(order.call_id, Outcome.BUSY, NOON, sip_status=486)
        result = await following
    assert (result.outcome, result.is_first) == (Outcome.BUSY, True)
    assert states == [OrderState.QUEUED, OrderState.DIALING, OrderState.ENDED]
    assert scene.livekit.asked == [order.call_id]


async def test_if_nobody_takes_the_call_it_has_failed_and_its_room_is_gone(scene: Scene) -> None:
    scene.livekit.has_worker = False
    order, _ = await scene.placer.accept(an_order(), PLENTY)
    result = await scene.placer.follow(order, is_first=True)
    assert result.outcome is Outcome.FAILED
    assert "nobody was dialled" in result.sentence and "DATABASE_URL" in result.sentence
    assert scene.livekit.deleted == [order.room_name]
    assert await scene.ledger.take(order.call_id, "late", NOON) is None


async def test_if_livekit_refuses_the_sentence_says_so(scene: Scene) -> None:
    scene.livekit.refuses = True
    order, _ = await scene.placer.accept(an_order(), PLENTY)
    result = await scene.placer.follow(order, is_first=True)
    assert (result.outcome, "wrong keys" in result.sentence) == (Outcome.FAILED, True)


async def test_a_second_asker_leaves_a_call_in_progress_alone(scene: Scene) -> None:
    order, _ = await scene.placer.accept(an_order(idempotency_key="k"), PLENTY)
    await scene.ledger.take(order.call_id, "AJ", utc_now())
    again, is_first = await scene.placer.accept(an_order(idempotency_key="k"), PLENTY)
    following = asyncio.create_task(scene.placer.follow(again, is_first=is_first))
    await scene.ledger.end(order.call_id, Outcome.DECLINED, NOON)
    result = await following
    assert (result.outcome, result.is_first) == (Outcome.DECLINED, False)
    assert scene.livekit.asked == []


async def test_a_second_asker_takes_up_what_the_first_only_wrote_down(scene: Scene) -> None:
    order, _ = await scene.placer.accept(an_order(idempotency_key="k"), PLENTY)
    scene.livekit.is_answered = True
    async with asyncio.timeout(5):
        result = await scene.placer.follow(order, is_first=False, until="answer")
    assert result.outcome is Outcome.ANSWERED
    assert scene.livekit.asked == [order.call_id]


async def test_ringing_is_stopped_by_taking_the_room_away(scene: Scene) -> None:
    order, _ = await scene.placer.accept(an_order(), PLENTY)
    await scene.livekit.create_dispatch(Ticket(order))
    await scene.placer.stop(order)
    found = await scene.ledger.get(order.call_id)
    assert found is not None and found.cancel_asked
    assert scene.livekit.deleted == [order.room_name]
    assert scene.livekit.messages == []


async def test_a_talk_is_ended_by_its_job_and_only_a_stuck_one_loses_its_room(
    scene: Scene,
) -> None:
    order, _ = await scene.placer.accept(an_order(), PLENTY)
    await scene.livekit.create_dispatch(Ticket(order))
    await scene.ledger.mark_answered(order.call_id, NOON)
    await scene.placer.stop(order)
    assert (scene.livekit.messages, scene.livekit.deleted) == ([Message.END], [order.room_name])
    await scene.ledger.end(order.call_id, Outcome.ANSWERED, NOON)
    await scene.placer.stop(order)
    assert len(scene.livekit.messages) == 1, "it was over"


async def test_a_call_whose_job_died_ends_for_whoever_follows_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_BURIAL_S", 0.05)
    monkeypatch.setattr(watch, "_CLOSED_S", 0.1)
    order, _ = await scene.placer.accept(an_order(), PLENTY)
    following = asyncio.create_task(scene.placer.follow(order, is_first=True))
    await scene.store.save(a_call(call_id=order.call_id))
    await scene.store.close_if_open(order.call_id, EndReason.CRASHED, NOON)
    async with asyncio.timeout(5):
        result = await following
    assert result.outcome is Outcome.FAILED and "nobody knows" in result.sentence
    assert result.record is not None and result.record.end_reason is EndReason.CRASHED


async def test_a_call_that_no_worker_will_end_is_hung_up_by_whoever_follows_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_BURIAL_S", 0.05)
    for name in ("_QUIET_S", "_ANSWER_S"):
        monkeypatch.setattr(watch, name, 0.1)
    order, _ = await scene.placer.accept(an_order(), PLENTY)
    # By its lease it lives for years; but it does not beat.
    await scene.store.save(a_call(call_id=order.call_id, lease_until=NOON.replace(year=2040)))
    async with asyncio.timeout(5):
        result = await scene.placer.follow(order, is_first=True)
    assert result.outcome is Outcome.FAILED
    assert scene.livekit.deleted == [order.room_name]


async def test_a_database_that_is_away_for_a_while_is_waited_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, _ = await scene.placer.accept(an_order(), PLENTY)
    await scene.livekit.create_dispatch(Ticket(order))
    away = [DatabaseUnavailable("away")] * 3
    look = scene.ledger.get

    async def get(call_id: str) -> Order | None:
        if away:
            raise away.pop()
        await scene.ledger.end(call_id, Outcome.NO_ANSWER, NOON)
        return await look(call_id)

    dialling = await scene.ledger.get(order.call_id)
    assert dialling is not None
    monkeypatch.setattr(scene.ledger, "get", get)
    result = await scene.placer.follow(dialling, is_first=True)
    assert (result.outcome, away) == (Outcome.NO_ANSWER, [])


async def test_a_database_that_stays_away_is_no_outcome_and_stopping_still_works(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, _ = await scene.placer.accept(an_order(), PLENTY)
    await scene.livekit.create_dispatch(Ticket(order))
    dialling = await scene.ledger.get(order.call_id)
    assert dialling is not None

    async def fail(*_: object) -> None:
        raise DatabaseUnavailable("away")

    monkeypatch.setattr(watch, "PATIENCE_S", 0.05)
    for name in ("get", "cancel"):
        monkeypatch.setattr(scene.ledger, name, fail)
    result = await scene.placer.follow(dialling, is_first=True)
    assert result.outcome is Outcome.FAILED and "may be going on" in result.sentence
    await scene.placer.stop(dialling)
    assert scene.livekit.deleted == [order.room_name]


async def test_a_call_whose_job_died_is_in_nobodys_way_for_long(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_QUIET_S", "_ANSWER_S", "_LOOK_S"):
        monkeypatch.setattr(watch, name, 0.02)
    dead, _ = await scene.placer.accept(an_order(), PLENTY)
    await scene.ledger.take(dead.call_id, "AJ", NOON)
    await scene.store.save(a_call(call_id=dead.call_id, lease_until=NOON))
    async with asyncio.timeout(5):
        order, is_first = await scene.placer.accept(an_order(idempotency_key="k"), PLENTY)
    assert is_first and order.call_id != dead.call_id
    buried = await scene.ledger.get(dead.call_id)
    assert buried is not None and "before anybody was dialled" in (buried.detail or "")


async def test_a_living_call_in_the_way_is_refused_at_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_LIMIT_S", 3600.0)
    alive, _ = await scene.placer.accept(an_order(), PLENTY)
    await scene.ledger.take(alive.call_id, "AJ", utc_now())
    until = utc_now() + timedelta(seconds=6)
    await scene.store.save(a_call(call_id=alive.call_id, lease_until=until))
    async with asyncio.timeout(5):
        with pytest.raises(NumberBusy):
            await scene.placer.accept(an_order(idempotency_key="k"), PLENTY)


@dataclass
class Ticket:
    """What a dispatch carries."""

    order: Order

    @property
    def metadata(self) -> str:
        return write_ticket(self.order.call_id)

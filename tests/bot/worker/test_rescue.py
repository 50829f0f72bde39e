"""Who has another job go on with a call, when, and when that is of no use."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from bot.records import CallRecord, EndReason, Records
from bot.records.roster import Act
from bot.records.thread import Thread, is_ticket
from bot.worker.rescue import Rescue, Step, next_step
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit

CALL = a_call(call_id="one", room_name="room", job_id="AJ_1", lease_until=None)
ASKED = replace(CALL, job_id="takeover-1")


@pytest.mark.parametrize(
    ("call", "thread", "asked_s", "first_s", "step"),
    [
        (CALL, Thread(), 0, 0, Step.ASK),
        (CALL, Thread(deaths=2), 0, 0, Step.ASK),
        (CALL, Thread(deaths=3), 0, 0, Step.END),
        (CALL, None, 0, 0, Step.END),
        (replace(CALL, end_reason=EndReason.FAILED), Thread(), 0, 0, Step.END),
        (ASKED, Thread(deaths=1), 1.9, 1.9, Step.WAIT),
        (ASKED, Thread(deaths=1), 2.0, 2.0, Step.ASK),
        (ASKED, Thread(deaths=1), 0.5, 5.9, Step.WAIT),
        (ASKED, Thread(deaths=1), 0.5, 6.0, Step.END),
    ],
)
def test_what_is_done_about_a_call_without_a_process(
    call: CallRecord, thread: Thread | None, asked_s: float, first_s: float, step: Step
) -> None:
    assert next_step(call, thread, asked_s=asked_s, first_s=first_s) is step


@dataclass
class FakeRooms:
    """A room with a caller, and who was asked into it."""

    has_one: bool = True
    asked: list[tuple[str, str | None, str, str]] = field(default_factory=list)

    async def has_caller(self, room_name: str) -> bool:
        return self.has_one

    async def take_over(
        self, room_name: str, old_job_id: str | None, call_id: str, ticket: str
    ) -> None:
        self.asked.append((room_name, old_job_id, call_id, ticket))


class World:
    def __init__(self, records: Records) -> None:
        self.records = records
        self.rooms = FakeRooms()
        self.now_s = 100.0
        self.did: list[tuple[Act, str]] = []
        self.rescue = self.another()

    def another(self) -> Rescue:
        return Rescue(
            self.records.threads,
            self.rooms,
            monotonic=lambda: self.now_s,
            did=lambda act, call_id: self.did.append((act, call_id)),
        )

    async def call(self) -> CallRecord:
        found = await self.records.calls.get(CALL.call_id)
        assert found is not None
        return found

    async def looks(self, after_s: float = 0.0) -> bool:
        self.now_s += after_s
        return await self.rescue.go_on(await self.call())


@pytest.fixture
async def world(records: Records) -> World:
    await records.calls.save(CALL)
    await records.threads.keep(CALL, Thread(), NOON)
    return World(records)


async def test_another_job_is_asked_for_once_and_waited_for(world: World) -> None:
    assert await world.looks()
    assert await world.looks(0.5)
    [(room, old, call_id, ticket)] = world.rooms.asked
    assert (room, old, call_id) == ("room", "AJ_1", "one")
    assert (await world.call()).job_id == ticket
    assert world.did == [(Act.TAKEN_OVER, "one")]


async def test_of_two_watches_one_asks(world: World) -> None:
    call = await world.call()
    assert all(await asyncio.gather(world.rescue.go_on(call), world.another().go_on(call)))
    assert len(world.rooms.asked) == 1


async def test_a_job_that_does_not_come_is_asked_for_again_and_then_given_up(world: World) -> None:
    for _ in range(14):
        if not await world.looks(0.5):
            break
    assert 3 <= len(world.rooms.asked) <= 4
    assert not await world.looks(0.5)
    assert world.did == [(Act.TAKEN_OVER, "one")], "one death, however often it is asked"


async def test_a_job_that_came_and_died_is_replaced_as_well(world: World) -> None:
    await world.looks()
    ticket = world.rooms.asked[-1][-1]
    assert await world.records.threads.take("one", ticket, "AJ_2")
    assert await world.looks(30)
    assert world.rooms.asked[-1][:2] == ("room", "AJ_2")
    thread = await world.records.threads.of("one")
    assert thread is not None and thread.deaths == 2


async def test_the_fourth_death_is_not_answered(world: World) -> None:
    for job in ("AJ_2", "AJ_3", "AJ_4"):
        assert await world.looks(10)
        assert await world.records.threads.take("one", world.rooms.asked[-1][-1], job)
    assert not await world.looks(10)


async def test_where_nobody_is_who_could_hear_nobody_is_asked_for(world: World) -> None:
    world.rooms.has_one = False
    assert not await world.looks()
    assert not is_ticket((await world.call()).job_id)


async def test_a_process_that_has_written_since_it_was_asked_keeps_its_call(world: World) -> None:
    call = await world.call()
    await world.records.calls.save(replace(CALL, lease_until=NOON))
    assert await world.rescue.go_on(call), "left alone"
    assert world.rooms.asked == []


async def test_one_that_was_seen_to_end_is_not_given_the_time(world: World) -> None:
    await world.records.calls.save(replace(CALL, lease_until=NOON))
    assert await world.rescue.go_on(await world.call(), is_certain=True)
    assert len(world.rooms.asked) == 1


async def test_what_was_seen_of_a_call_that_ended_is_forgotten(world: World) -> None:
    await world.looks()
    await world.looks(0.5)
    world.rescue.forget_all_but(set())
    assert await world.looks(30), "a ticket seen for the first time is waited for"
    assert len(world.rooms.asked) == 1

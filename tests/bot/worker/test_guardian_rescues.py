"""The guardian has another job go on with a call, and ends only what nobody goes on with."""

from dataclasses import replace

import pytest

from bot.records import CallRecord, CallStore, DatabaseUnavailable
from bot.worker.guardian import Guardian
from tests.bot.worker.test_guardian import BEAT_S, LEASE_S, POLL_S, World

pytestmark = pytest.mark.unit


class Rescued(World):
    """With somebody who goes on, as long as `goes_on`; `jobs` run in this worker."""

    def __init__(self, store: CallStore) -> None:
        self.goes_on = True
        self.fails = False
        self.jobs: set[str] = set()
        self.asked: list[tuple[str, bool]] = []
        super().__init__(store)

    def another_guardian(self) -> Guardian:
        return Guardian(
            self.store,
            self,
            poll_s=POLL_S,
            lease_s=LEASE_S,
            beat_s=BEAT_S,
            clock=lambda: self.wall,
            monotonic=lambda: self.monotonic_s,
            rescue=self,
            jobs=lambda: set(self.jobs),
        )

    async def go_on(self, call: CallRecord, *, is_certain: bool = False) -> bool:
        self.asked.append((call.call_id, is_certain))
        if self.fails:
            raise DatabaseUnavailable("away")
        return self.goes_on

    def forget_all_but(self, open_calls: set[str]) -> None:
        self.open_calls = open_calls


@pytest.fixture
async def world(store: CallStore) -> Rescued:
    return Rescued(store)


async def test_nobody_goes_on_with_a_call_that_lives(world: Rescued) -> None:
    call = await world.ring("room")
    world.jobs = {call.job_id or ""}
    await world.pass_time(30)
    assert world.asked == []


async def test_a_process_that_is_seen_to_end_is_replaced_at_once(world: Rescued) -> None:
    call = await world.ring("room")
    world.jobs = {call.job_id or ""}
    await world.pass_time(5)
    world.alive.clear()
    world.jobs = set()
    await world.pass_time(POLL_S)
    assert world.asked == [("room", True)]


async def test_a_process_of_another_worker_is_asked_first_when_a_beat_and_a_half_are_missed(
    world: Rescued,
) -> None:
    await world.ring("room")
    await world.pass_time(5)
    world.alive.clear()
    await world.pass_time(1.5 * BEAT_S - POLL_S)
    assert world.asked == []
    await world.pass_time(POLL_S)
    assert ("room", False) in world.asked


async def test_one_of_which_livekit_knows_that_it_ended_is_not_asked_twice(
    world: Rescued,
) -> None:
    await world.ring("room")
    world.ended.add("room")
    await world.pass_time(5)
    world.alive.clear()
    await world.pass_time(2.5)
    assert ("room", False) in world.asked


async def test_a_fresh_guardian_does_not_take_the_slow_for_dead(world: Rescued) -> None:
    """On a loaded machine a lease may run out, and the first question be answered too late."""
    await world.ring("room")
    world.answering.add("room")
    await world.pass_time(LEASE_S + 2, watched=False)
    world.slow.add("room")
    world.alive.clear()
    world.guardian = world.another_guardian()
    await world.pass_time(10)
    assert world.slow == set()
    assert world.asked == []
    assert world.hung_up == []


async def test_one_that_answers_in_its_room_is_left_alone(world: Rescued) -> None:
    await world.ring("room")
    world.answering.add("room")
    await world.pass_time(5)
    world.alive.clear()
    await world.pass_time(30)
    assert world.asked == []
    assert world.hung_up == []


async def test_a_call_that_somebody_goes_on_with_is_not_ended(world: Rescued) -> None:
    await world.ring("room")
    world.alive.clear()
    await world.pass_time(30)
    assert world.hung_up == []


async def test_a_call_that_nobody_goes_on_with_is_ended(world: Rescued) -> None:
    world.goes_on = False
    await world.ring("room")
    world.alive.clear()
    await world.pass_time(9)
    assert world.hung_up == ["room"]


async def test_a_call_between_two_processes_is_looked_at_with_every_poll(world: Rescued) -> None:
    call = await world.ring("room")
    world.alive.clear()
    await world.pass_time(3)
    asked = replace(call, job_id="takeover-1", lease_until=None)
    await world.store.close_if_open(call.call_id, "crashed", world.wall)  # type: ignore[arg-type]
    await world.store.save(replace(asked, call_id="two"))
    world.asked.clear()
    await world.pass_time(1)
    assert world.asked == [("two", False)] * 2
    assert world.open_calls == {"two"}


async def test_a_rescue_that_fails_stops_neither_watching_nor_the_end(world: Rescued) -> None:
    world.fails = True
    await world.ring("room")
    world.alive.clear()
    await world.pass_time(9)
    assert len(world.asked) > 3

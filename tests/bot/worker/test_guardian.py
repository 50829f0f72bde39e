"""Calls whose process died are ended; no other call ever is."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.records import CallRecord, CallStore, DatabaseUnavailable, EndReason
from bot.records.roster import Act
from bot.worker.guardian import Guardian
from bot.worker.reach import GONE_FOR_GOOD_S
from bot.worker.signs.answers import Answer
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit

POLL_S, BEAT_S, LEASE_S = 0.5, 1.0, 6.0


class World:
    """Calls, a store in memory, two clocks and a guardian, moved on by hand."""

    def __init__(self, store: CallStore) -> None:
        self.store = store
        self.wall = NOON
        self.monotonic_s = 1000.0
        self.alive: set[str] = set()
        self.hung_up: list[str] = []
        self.broken_rooms: set[str] = set()
        self.unknown_rooms: set[str] = set()
        self.answering: set[str] = set()
        self.slow: set[str] = set()
        self.ended: set[str] = set()
        self.did: list[tuple[Act, str]] = []
        self.guardian = self.another_guardian()

    def another_guardian(self) -> Guardian:
        return Guardian(
            self.store,
            self,
            poll_s=POLL_S,
            lease_s=LEASE_S,
            beat_s=BEAT_S,
            clock=lambda: self.wall,
            monotonic=lambda: self.monotonic_s,
            did=lambda act, call_id: self.did.append((act, call_id)),
        )

    async def hang_up(self, room_name: str) -> bool:
        if room_name in self.broken_rooms:
            raise ConnectionError("LiveKit does not answer for +12025550123")
        self.hung_up.append(room_name)
        return room_name not in self.unknown_rooms

    async def ask(self, room_name: str, job_id: str | None) -> Answer:
        if room_name in self.slow:
            self.slow.remove(room_name)
            return Answer.SILENT
        if room_name in self.ended:
            return Answer.ENDED
        lives = room_name in self.answering and job_id == f"AJ_{room_name}"
        return Answer.LIVES if lives else Answer.SILENT

    async def ring(self, name: str) -> CallRecord:
        """A living call in the room `name`."""
        call = a_call(call_id=name, room_name=name, job_id=f"AJ_{name}")
        self.alive.add(name)
        await self.beat(call)
        return call

    async def beat(self, call: CallRecord) -> None:
        await self.store.save(replace(call, lease_until=self.wall + timedelta(seconds=LEASE_S)))

    async def pass_time(self, seconds: float, *, watched: bool = True) -> None:
        """The living beat, the guardian polls (unless it is stalled)."""
        for step in range(round(seconds / POLL_S)):
            self.monotonic_s += POLL_S
            self.wall += timedelta(seconds=POLL_S)
            if step % 2:
                for call in await self.store.open_calls():
                    if call.call_id in self.alive:
                        await self.beat(call)
            if watched:
                await self.poll()

    async def poll(self) -> None:
        await self.guardian.poll()
        await self.guardian.settle()


@pytest.fixture
async def world(store: CallStore) -> World:
    return World(store)


async def test_a_living_call_is_left_alone(world: World) -> None:
    await world.ring("room")
    await world.pass_time(30)
    assert world.hung_up == []


async def test_a_dead_call_is_hung_up_and_closed_within_nine_seconds(world: World) -> None:
    await world.ring("dead")
    await world.ring("alive")
    await world.pass_time(5)
    world.alive.remove("dead")
    await world.pass_time(9)
    assert world.hung_up == ["dead"]
    found = await world.store.get("dead")
    assert found is not None
    assert (found.end_reason, found.error) == (EndReason.CRASHED, "the call's process died")
    assert NOON + timedelta(seconds=10) < found.ended_at <= world.wall  # type: ignore[operator]
    assert [call.call_id for call in await world.store.open_calls()] == ["alive"]
    assert world.did == [(Act.ENDED_DEAD, "dead")]


async def test_what_a_dead_worker_left_behind_is_found_by_the_next(world: World) -> None:
    await world.ring("orphan")
    world.alive.clear()
    await world.pass_time(60, watched=False)
    world.guardian = world.another_guardian()
    await world.pass_time(LEASE_S - 1.5 * BEAT_S + 2 * POLL_S)
    assert world.hung_up == ["orphan"]


@pytest.mark.parametrize("jump_s", [3600, -3600])
async def test_a_jump_of_the_wall_clock_kills_nobody_and_saves_no_dead(
    world: World, jump_s: float
) -> None:
    await world.ring("alive")
    await world.ring("dead")
    await world.pass_time(5)
    world.alive.remove("dead")
    world.wall += timedelta(seconds=jump_s)
    await world.pass_time(9)
    assert world.hung_up == ["dead"]


@pytest.mark.parametrize("skew_s", [-3600, 3600])
async def test_a_guardian_whose_clock_is_wrong_kills_nobody(world: World, skew_s: float) -> None:
    await world.ring("alive")
    world.guardian = Guardian(
        world.store,
        world,
        clock=lambda: world.wall + timedelta(seconds=skew_s),
        monotonic=lambda: world.monotonic_s,
    )
    await world.pass_time(30)
    assert world.hung_up == []


async def test_after_a_stall_of_everything_the_living_get_time_to_show_up(world: World) -> None:
    await world.ring("alive")
    await world.pass_time(5)
    # Everybody stands still, at the worst moment: the call has just been challenged.
    (call,) = await world.store.open_calls()
    await world.store.save(replace(call, lease_until=None))
    await world.poll()
    world.monotonic_s += 300
    world.wall += timedelta(seconds=300)
    await world.poll()
    await world.pass_time(10)
    assert world.hung_up == []


async def test_a_database_that_takes_no_writes_for_a_while_kills_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.ring("alive")
    await world.pass_time(5)

    async def refuse(*_: object) -> bool:
        raise DatabaseUnavailable("disk full")

    with monkeypatch.context() as full_disk:
        full_disk.setattr(world.store, "challenge", refuse)
        world.alive.clear()
        await world.pass_time(30)
    world.alive.add("alive")
    await world.pass_time(10)
    assert world.hung_up == []


async def test_a_database_out_of_reach_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await world.ring("dead")
    world.alive.clear()

    async def unreachable() -> list[CallRecord]:
        raise DatabaseUnavailable("no route")

    with monkeypatch.context() as outage:
        outage.setattr(world.store, "open_calls", unreachable)
        for _ in range(20):
            await world.poll()
    assert [each.message for each in caplog.records] == ["guardian cannot use the database"]
    assert vars(caplog.records[0])["error"] == "no route"
    with caplog.at_level(logging.INFO):
        await world.pass_time(10)
    assert [each.message for each in caplog.records[1:]] == [
        "guardian can use the database again",
        "the call's process died: room deleted, record closed",
    ]
    assert world.hung_up == ["dead"]


async def test_a_room_that_cannot_be_deleted_is_tried_again_and_stops_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.ring("stuck")
    await world.ring("other")
    world.alive.clear()
    world.broken_rooms.add("stuck")
    with caplog.at_level(logging.ERROR):
        await world.pass_time(20)
    assert world.hung_up == ["other"]
    assert [call.call_id for call in await world.store.open_calls()] == ["stuck"]
    complaints = [each for each in caplog.records if "trying on" in each.message]
    assert [each.message for each in complaints] == ["dead call not ended yet, trying on"]
    assert complaints[0].exc_info and complaints[0].exc_info[0] is ConnectionError
    world.broken_rooms.clear()
    await world.pass_time(1)
    assert world.hung_up == ["other", "stuck"]
    assert await world.store.open_calls() == []


async def test_a_livekit_that_is_out_of_reach_for_good_leaves_no_record_open(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    call = await world.ring("cut off")
    # Its own process has said why it ended, and could not hang up.
    why = replace(call, lease_until=None, end_reason=EndReason.FAILED, error="LiveKit is lost")
    await world.store.save(why)
    world.alive.clear()
    world.broken_rooms.add("cut off")
    await world.pass_time(GONE_FOR_GOOD_S)
    assert [each.call_id for each in await world.store.open_calls()] == ["cut off"]
    await world.pass_time(LEASE_S)
    found = await world.store.get("cut off")
    assert found is not None and found.ended_at is not None
    assert (found.end_reason, found.error) == (EndReason.FAILED, "LiveKit is lost")
    assert world.hung_up == []
    assert "LiveKit was out of reach for 120 s, record closed" in caplog.text


async def test_what_its_own_process_has_given_up_is_hung_up_on_at_once(world: World) -> None:
    call = await world.ring("given up")
    world.answering.add("given up")  # its participant is listed for some seconds more
    await world.store.save(replace(call, lease_until=None, end_reason=EndReason.FAILED))
    world.alive.clear()
    await world.poll()
    assert world.hung_up == ["given up"]
    assert await world.store.open_calls() == []


async def test_a_livekit_that_comes_back_in_time_hangs_up(world: World) -> None:
    await world.ring("room")
    world.alive.clear()
    world.broken_rooms.add("room")
    await world.pass_time(GONE_FOR_GOOD_S)
    world.broken_rooms.clear()
    await world.pass_time(1)
    assert world.hung_up == ["room"]
    assert await world.store.open_calls() == []


async def test_a_call_that_cannot_write_but_answers_is_left_alone_for_as_long_as_it_does(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.ring("mute")
    world.answering.add("mute")
    world.alive.clear()
    await world.pass_time(60)
    assert world.hung_up == []
    assert len([each for each in caplog.records if "left alone" in each.message]) == 1
    world.answering.clear()
    await world.pass_time(6)
    assert world.hung_up == ["mute"]
    assert await world.store.open_calls() == []


async def test_a_room_that_livekit_does_not_know_is_no_proof_until_a_while_has_passed(
    world: World,
) -> None:
    await world.ring("elsewhere")
    world.unknown_rooms.add("elsewhere")
    world.alive.clear()
    await world.pass_time(20)
    assert [call.call_id for call in await world.store.open_calls()] == ["elsewhere"]
    await world.pass_time(12)
    assert await world.store.open_calls() == []


async def test_two_guardians_close_a_call_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.ring("dead")
    world.alive.clear()
    other = world.another_guardian()
    for _ in range(24):
        await world.pass_time(POLL_S, watched=False)
        await asyncio.gather(world.guardian.poll(), other.poll())
        await asyncio.gather(world.guardian.settle(), other.settle())
    closings = [each for each in caplog.records if "room deleted" in each.message]
    assert len(closings) == 1
    assert set(world.hung_up) == {"dead"}


async def test_a_room_that_is_slow_to_delete_does_not_hold_up_the_watching(world: World) -> None:
    hanging = asyncio.Event()

    class NeverDeletes:
        async def hang_up(self, _: str) -> bool:
            hanging.set()
            return await asyncio.Event().wait()

        async def ask(self, _: str, __: str | None) -> Answer:
            return Answer.SILENT

    await world.ring("dead")
    world.alive.clear()
    guardian = Guardian(
        world.store, NeverDeletes(), clock=lambda: world.wall, monotonic=lambda: world.monotonic_s
    )
    for _ in range(24):
        await world.pass_time(POLL_S, watched=False)
        await guardian.poll()
    await hanging.wait()
    assert "end of a dead call" in {each.get_name() for each in asyncio.all_tasks()}
    # run() ends cleanly, and what it had begun ends with it.
    running = asyncio.create_task(guardian.run())
    await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [each for each in asyncio.all_tasks() if "dead call" in each.get_name()] == []


async def test_a_room_that_hangs_is_given_up_and_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    async def hang_once(room_name: str) -> bool:
        tries.append(room_name)
        if len(tries) == 1:
            await asyncio.Event().wait()
        return True

    monkeypatch.setattr("bot.worker.guardian._HANG_UP_S", 0.01)
    await world.ring("dead")
    world.alive.clear()
    monkeypatch.setattr(world, "hang_up", hang_once)
    world.guardian = world.another_guardian()
    await world.pass_time(LEASE_S + 4 * POLL_S)
    assert tries == ["dead", "dead"]
    assert await world.store.open_calls() == []


async def test_a_guardian_that_stumbles_watches_on(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks = 0
    paused_s: list[float] = []
    watched_on = asyncio.Event()
    sleep = asyncio.sleep

    async def stumble() -> list[CallRecord]:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise RuntimeError("a fault of our own")
        watched_on.set()
        return []

    async def pause(seconds: float) -> None:
        paused_s.append(seconds)
        await sleep(0)

    monkeypatch.setattr(world.store, "open_calls", stumble)
    monkeypatch.setattr(asyncio, "sleep", pause)
    running = asyncio.create_task(world.guardian.run())
    await watched_on.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert paused_s[0] == POLL_S
    assert [each.message for each in caplog.records] == ["the watch stumbled, watching on"]


async def test_a_guardian_that_is_stopped_leaves_nothing_running(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hangs = asyncio.Event()

    async def never(_: str) -> bool:
        hangs.set()
        return await asyncio.Event().wait()

    monkeypatch.setattr(world, "hang_up", never)
    await world.ring("dead")
    world.alive.clear()
    while not hangs.is_set():
        await world.pass_time(POLL_S, watched=False)
        await world.guardian.poll()
        await asyncio.sleep(0)
    watching = asyncio.create_task(world.guardian.run())
    await asyncio.sleep(0)
    watching.cancel()
    await asyncio.wait({watching})
    assert "end of a dead call" not in {task.get_name() for task in asyncio.all_tasks()}

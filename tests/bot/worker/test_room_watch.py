"""Telephones that nobody talks to: asked for again, then ended; strangers are left alone."""

from dataclasses import dataclass, field, replace

import pytest

from bot.records.roster import Act
from bot.worker.room_watch import RoomWatch
from bot.worker.sights.orphans import Sight, Standing
from sip.errors import HangUpFailed

pytestmark = pytest.mark.unit

RINGING = Sight("room", "RM_1", has_telephone=True, is_answered=False, has_agent=False)
ANSWERED = replace(RINGING, is_answered=True)


@dataclass
class FakeRooms:
    """LiveKit's rooms, and everything that was done to them."""

    sights: list[Sight] = field(default_factory=list)
    whose: Standing = Standing.TAKEN
    coming: bool = False
    is_away: bool = False
    served: bool = True
    asked: list[float] = field(default_factory=list)
    asked_about: list[float] = field(default_factory=list)
    cleared: list[float] = field(default_factory=list)
    cannot_clear: int = 0
    ended: list[float] = field(default_factory=list)
    now_s: float = 100.0
    did: list[Act] = field(default_factory=list)

    async def look(self) -> list[Sight]:
        if self.is_away:
            raise TimeoutError
        return self.sights

    async def standing(self, room_name: str) -> Standing:
        return self.whose

    async def is_coming(self, room_name: str) -> bool:
        return self.coming

    async def ask_again(self, room_name: str) -> None:
        self.asked.append(self.now_s - 100.0)

    async def is_served(self, room_name: str) -> bool:
        self.asked_about.append(self.now_s - 100.0)
        return self.served

    async def clear(self, room_name: str) -> None:
        if self.cannot_clear:
            self.cannot_clear -= 1
            raise HangUpFailed(room_name, 3, "no")
        self.cleared.append(self.now_s - 100.0)
        self.sights = []

    async def hang_up(self, room_name: str) -> bool:
        self.ended.append(self.now_s - 100.0)
        self.sights = []
        return True


@dataclass
class Watched:
    rooms: FakeRooms
    watch: RoomWatch

    async def pass_time(self, seconds: int) -> None:
        for _ in range(seconds):
            await self.watch.poll()
            await self.watch.settle()
            self.rooms.now_s += 1.0


def watched(*sights: Sight) -> Watched:
    rooms = FakeRooms(list(sights))
    return Watched(
        rooms,
        RoomWatch(
            rooms,
            poll_s=1.0,
            monotonic=lambda: rooms.now_s,
            jitter_s=lambda: 0.0,
            did=rooms.did.append,
        ),
    )


async def test_a_call_that_nobody_took_is_asked_for_again_and_then_given_the_busy_tone() -> None:
    world = watched(RINGING)
    await world.pass_time(20)
    assert world.rooms.asked == [2.0, 5.0, 8.0]
    assert world.rooms.ended == [9.0]
    assert world.rooms.did == [Act.ASKED_AGAIN] * 3 + [Act.BUSY_TONE]


async def test_a_call_whose_agent_is_on_its_way_is_not_asked_for_twice() -> None:
    world = watched(RINGING)
    world.rooms.coming = True
    await world.pass_time(8)
    world.rooms.sights = [replace(RINGING, has_agent=True)]
    await world.pass_time(20)
    assert world.rooms.asked == world.rooms.ended == []


async def test_a_caller_whose_agent_has_left_is_hung_up_and_no_second_one_greets_them() -> None:
    world = watched(replace(ANSWERED, has_agent=True))
    await world.pass_time(10)
    world.rooms.sights = [ANSWERED]
    await world.pass_time(10)
    assert world.rooms.asked == []
    assert world.rooms.ended == [14.0]
    assert world.rooms.did == [Act.HUNG_UP]


async def test_a_telephone_that_we_ring_is_never_given_to_another_job() -> None:
    world = watched(RINGING)
    world.rooms.whose = Standing.PLACED
    await world.pass_time(10)
    assert world.rooms.asked == []
    assert world.rooms.ended == [4.0]


async def test_a_room_in_which_our_agent_was_never_asked_for_is_left_alone() -> None:
    world = watched(ANSWERED)
    world.rooms.whose = Standing.STRANGE
    await world.pass_time(60)
    assert world.rooms.asked == world.rooms.ended == []


async def test_an_agent_that_is_away_for_a_moment_costs_nobody_the_call() -> None:
    world = watched(replace(ANSWERED, has_agent=True))
    await world.pass_time(5)
    world.rooms.sights = [ANSWERED]
    await world.pass_time(3)
    world.rooms.sights = [replace(ANSWERED, has_agent=True)]
    await world.pass_time(30)
    assert world.rooms.ended == []


async def test_after_livekit_was_out_of_reach_everybody_gets_time_to_come_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = watched(ANSWERED)
    await world.pass_time(2)
    world.rooms.is_away = True
    await world.pass_time(30)
    assert world.watch.is_blind
    world.rooms.is_away = False
    await world.pass_time(4)
    assert world.rooms.ended == []
    assert len([each for each in caplog.records if "cannot see" in each.message]) == 1


@pytest.mark.parametrize("error", [HangUpFailed("room", 3, "away"), TimeoutError()])
async def test_what_cannot_be_done_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    world = watched(ANSWERED)

    async def refuse(_: str) -> bool:
        raise error

    with monkeypatch.context() as outage:
        outage.setattr(world.rooms, "hang_up", refuse)
        await world.pass_time(8)
    await world.pass_time(1)
    assert world.rooms.ended == [8.0]


async def test_a_telephone_with_which_another_job_is_to_go_on_is_given_time() -> None:
    world = watched(ANSWERED)
    world.rooms.whose = Standing.HANDED_ON
    await world.pass_time(11)
    assert world.rooms.ended == []
    await world.pass_time(4)
    assert world.rooms.ended == [12.0]
    assert world.rooms.asked == []


# --- rooms that LiveKit has closed and goes on listing --------------------------------------------

EMPTY = Sight("old", "RM_0", has_telephone=False, is_answered=False, has_agent=False, is_empty=True)


async def test_a_room_that_no_server_has_is_cleared_away() -> None:
    world = watched(EMPTY)
    world.rooms.served = False
    await world.pass_time(60)
    assert world.rooms.asked_about == world.rooms.cleared == [20.0]
    assert world.rooms.ended == []


async def test_an_empty_room_that_a_server_has_waits_for_somebody_and_is_left_alone() -> None:
    world = watched(EMPTY)
    await world.pass_time(60)
    assert world.rooms.asked_about == [20.0, 41.0]
    assert world.rooms.cleared == world.rooms.ended == []


async def test_a_room_into_which_somebody_came_is_not_empty_yet() -> None:
    world = watched(EMPTY)
    world.rooms.served = False
    await world.pass_time(15)
    world.rooms.sights = [replace(EMPTY, is_empty=False)]
    await world.pass_time(15)
    world.rooms.sights = [EMPTY]
    await world.pass_time(20)
    assert world.rooms.cleared == []
    await world.pass_time(1)
    assert world.rooms.cleared == [50.0]


async def test_a_room_that_could_not_be_cleared_is_cleared_later(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = watched(EMPTY)
    world.rooms.served, world.rooms.cannot_clear = False, 1
    await world.pass_time(60)
    assert world.rooms.cleared == [41.0]
    assert "an empty room is still listed" in caplog.text

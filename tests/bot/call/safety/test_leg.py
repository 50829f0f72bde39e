"""A call counts as hung up when its telephone is seen gone, not when a server says so."""

import asyncio

import pytest
from livekit import api, rtc

from bot.call.safety import leg
from bot.call.safety.leg import end_legs
from sip.errors import HangUpFailed
from tests.bot.call.safety.fake_room import CALLER, FakeRoom

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leg, "_GONE_S", 0.05)
    monkeypatch.setattr(leg, "_LEAVING_S", 0.05)
    monkeypatch.setattr(leg, "_CUT_OFF_S", 0.05)


class Server:
    """LiveKit's answer to `delete_room`; the room itself may know better."""

    def __init__(self, room: FakeRoom, *, knows: bool, deletes: bool = True) -> None:
        self.room_state = room
        self.knows = knows
        self.deletes = deletes

    async def __call__(self, _: api.LiveKitAPI, room_name: str) -> bool:
        if not self.deletes:
            raise HangUpFailed(room_name, 3, "unauthenticated")
        if self.knows:
            self.room_state.leave(rtc.DisconnectReason.ROOM_DELETED)
            self.room_state.close(rtc.DisconnectReason.ROOM_DELETED)
        return self.knows


async def end(room: FakeRoom, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leg, "hang_up", server)
    async with api.LiveKitAPI("http://127.0.0.1:1", "key", "secret") as livekit:
        await end_legs(livekit, room.room, "room")


@pytest.fixture
def room() -> FakeRoom:
    room = FakeRoom()
    room.join()
    return room


async def test_a_room_that_is_deleted_takes_its_telephone_with_it(
    room: FakeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    await end(room, Server(room, knows=True), monkeypatch)
    assert room.asked_to_end == []


@pytest.mark.parametrize("deletes", [True, False])
async def test_a_telephone_in_a_room_that_cannot_be_deleted_is_asked_itself(
    room: FakeRoom, monkeypatch: pytest.MonkeyPatch, deletes: bool
) -> None:
    await end(room, Server(room, knows=False, deletes=deletes), monkeypatch)
    assert room.asked_to_end == [f"lk.sip.EndCall {CALLER}"]


async def test_a_telephone_is_asked_first_when_the_server_is_lost(room: FakeRoom) -> None:
    async with api.LiveKitAPI("http://127.0.0.1:1", "key", "secret") as livekit:
        await end_legs(livekit, room.room, "room", server_is_lost=True)
    assert room.asked_to_end == [f"lk.sip.EndCall {CALLER}"]


async def test_a_telephone_that_stays_is_not_hung_up(
    room: FakeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.rpc_works = False
    with pytest.raises(HangUpFailed, match="still connected"):
        await end(room, Server(room, knows=False), monkeypatch)


async def test_nobody_seen_over_a_lost_connection_proves_nothing(
    room: FakeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.lose()
    room.leave(None)
    with pytest.raises(HangUpFailed, match="unauthenticated"):
        await end(room, Server(room, knows=True, deletes=False), monkeypatch)


async def test_whoever_is_cut_off_leaves_it_to_the_watches_at_once(
    room: FakeRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> bool:
        await asyncio.Event().wait()
        return True

    room.lose()
    room.rpc_is_sent = False
    monkeypatch.setattr(leg, "hang_up", never)
    async with api.LiveKitAPI("http://127.0.0.1:1", "key", "secret") as livekit:
        with pytest.raises(HangUpFailed, match="cut off"):
            await end_legs(livekit, room.room, "room")
    assert room.asked_to_end == []

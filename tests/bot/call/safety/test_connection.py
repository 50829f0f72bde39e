"""What the loss of our own connection means for the call."""

import asyncio

import pytest
from livekit import rtc

from bot.call.safety.connection import PATIENCE_S, Connection
from bot.records import EndReason
from bot.talk.floor.ending import Ending
from tests.bot.call.safety.fake_room import FakeRoom

pytestmark = [
    pytest.mark.unit,
    pytest.mark.looptime,
    pytest.mark.asyncio(loop_scope="function"),
]


def connect() -> tuple[FakeRoom, Ending]:
    room, ending = FakeRoom(), Ending()
    room.join()
    Connection(room.room, ending)
    return room, ending


async def test_a_connection_that_does_not_come_back_ends_the_call() -> None:
    room, ending = connect()
    room.lose()
    began_s = asyncio.get_running_loop().time()
    assert await ending.wait() is EndReason.FAILED
    assert asyncio.get_running_loop().time() - began_s == pytest.approx(PATIENCE_S)
    assert ending.error == "the connection to LiveKit did not come back in 6 s"


async def test_trying_again_and_again_does_not_make_the_patience_longer() -> None:
    room, ending = connect()
    for _ in range(3):
        room.lose()
        await asyncio.sleep(2.1)
    assert ending.reason is EndReason.FAILED


async def test_a_connection_that_comes_back_in_time_ends_nothing() -> None:
    room, ending = connect()
    room.lose()
    await asyncio.sleep(PATIENCE_S - 0.1)
    room.regain()
    await asyncio.sleep(60)
    assert ending.reason is None


async def test_a_room_that_began_anew_has_lost_the_telephone() -> None:
    room, ending = connect()
    room.lose()
    room.leave(None)
    assert ending.reason is EndReason.FAILED
    assert ending.error == "LiveKit began anew: the telephone was lost with it"


async def test_a_telephone_that_hangs_up_is_the_lines_to_see() -> None:
    room, ending = connect()
    room.leave(rtc.DisconnectReason.CLIENT_INITIATED)
    assert ending.reason is None


async def test_a_browser_lost_from_sight_may_come_back() -> None:
    room, ending = FakeRoom(), Ending()
    room.join(kind=rtc.ParticipantKind.PARTICIPANT_KIND_STANDARD)
    Connection(room.room, ending)
    room.leave(None)
    assert ending.reason is None


async def test_nothing_is_waited_for_when_the_call_is_over() -> None:
    room, ending = FakeRoom(), Ending()
    connection = Connection(room.room, ending)
    room.lose()
    connection.close()
    connection.close()
    await asyncio.sleep(60)
    assert ending.reason is None

"""What the loss of our own connection means for the call."""

import asyncio

import pytest

from bot.call.safety.connection import Connection
from bot.records import EndReason
from bot.talk.floor.ending import Ending
from tests.bot.call.safety.fake_room import FakeRoom

pytestmark = pytest.mark.unit

LIMIT_S = 0.05


def connect() -> tuple[FakeRoom, Ending]:
    room, ending = FakeRoom(), Ending()
    room.join()
    Connection(room.room, ending, patience_s=LIMIT_S)
    return room, ending


async def test_a_connection_that_does_not_come_back_ends_the_call() -> None:
    room, ending = connect()
    room.lose()
    async with asyncio.timeout(5.0):
        assert await ending.wait() is EndReason.FAILED
    assert ending.error == "the connection to LiveKit was lost and did not come back in 0.05 s"


async def test_a_connection_that_comes_back_in_time_ends_nothing() -> None:
    room, ending = connect()
    room.lose()
    room.regain()
    await asyncio.sleep(3 * LIMIT_S)
    assert ending.reason is None


async def test_a_telephone_lost_from_sight_has_not_hung_up() -> None:
    room, ending = connect()
    room.lose()
    room.leave(None)
    room.join()
    room.regain()
    await asyncio.sleep(3 * LIMIT_S)
    assert ending.reason is None


async def test_a_telephone_that_is_not_there_when_the_connection_is_back_is_waited_for() -> None:
    room, ending = connect()
    room.lose()
    room.leave(None)
    room.regain()
    async with asyncio.timeout(5.0):
        assert await ending.wait() is EndReason.FAILED
    assert ending.error is not None and ending.error.startswith("the telephone was lost")

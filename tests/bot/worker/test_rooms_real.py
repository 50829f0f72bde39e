"""Rooms that are gone, on a real server: the reasons for what the watch does."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from livekit import api

from bot.worker.rooms import Rooms
from local.stack import Stack
from tests.sip.sip_servers import bare_stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(60)]

ROOM = "call-1"
LISTS = (b"rooms", b"room_internal")  # as LiveKit calls them in Redis


@pytest_asyncio.fixture(scope="module")
async def stack() -> AsyncIterator[Stack]:
    async with bare_stack() as running:
        yield running


@pytest_asyncio.fixture
async def livekit(stack: Stack) -> AsyncIterator[api.LiveKitAPI]:
    async with api.LiveKitAPI(stack.livekit_url, stack.api_key, stack.api_secret) as client:
        yield client
        for name in await names(client):
            await client.room.delete_room(api.DeleteRoomRequest(room=name))


async def ask_redis(stack: Stack, *words: bytes) -> bytes:
    """The answer to one command, where it is one string or number."""
    reader, writer = await asyncio.open_connection(*stack.redis_address.split(":"))
    lengths = b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
    writer.write(b"*%d\r\n%s" % (len(words), lengths))
    head = (await reader.readline()).strip()
    answer = head[1:] if head[:1] != b"$" else (await reader.readexactly(int(head[1:]) + 2))[:-2]
    writer.close()
    return answer


async def names(livekit: api.LiveKitAPI) -> list[str]:
    return [each.name for each in (await livekit.room.list_rooms(api.ListRoomsRequest())).rooms]


async def leave_a_mere_entry(stack: Stack, livekit: api.LiveKitAPI) -> None:
    """Close a room, and write it into LiveKit's lists once more, as a late update of its would."""
    agents = [api.RoomAgentDispatch(agent_name="storyteller")]
    await livekit.room.create_room(api.CreateRoomRequest(name=ROOM, agents=agents))
    entries = [await ask_redis(stack, b"HGET", each, ROOM.encode()) for each in LISTS]
    await livekit.room.delete_room(api.DeleteRoomRequest(room=ROOM))
    for each, entry in zip(LISTS, entries, strict=True):
        await ask_redis(stack, b"HSET", each, ROOM.encode(), entry)


async def test_an_entry_without_a_room_cannot_be_deleted_but_be_cleared_away(
    stack: Stack, livekit: api.LiveKitAPI
) -> None:
    await leave_a_mere_entry(stack, livekit)
    rooms = Rooms(livekit, "storyteller")
    [sight] = await rooms.look()
    assert sight.is_empty
    assert not await rooms.is_served(ROOM)
    with pytest.raises(api.ServerError):
        await livekit.room.delete_room(api.DeleteRoomRequest(room=ROOM))
    assert await names(livekit) == [ROOM]
    await rooms.clear(ROOM)
    assert await names(livekit) == []


async def test_a_room_that_waits_for_somebody_has_a_server(livekit: api.LiveKitAPI) -> None:
    await livekit.room.create_room(api.CreateRoomRequest(name=ROOM))
    assert await Rooms(livekit, "storyteller").is_served(ROOM)


async def test_whoever_is_asked_into_a_room_that_is_gone_does_not_open_it(
    livekit: api.LiveKitAPI,
) -> None:
    rooms = Rooms(livekit, "storyteller")
    await rooms.ask_again(ROOM)
    await rooms.take_over(ROOM, "AJ_1", "a call", "takeover-1")
    assert await names(livekit) == []

"""The way into LiveKit's API: what is missing is said, a secret is not."""

import asyncio

import pytest
from livekit.api import ListRoomsRequest

from sip.access import Access, translated_errors
from sip.errors import ServerRefused

pytestmark = pytest.mark.unit

SECRET = "a-secret-of-at-least-thirty-two-characters"


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(ServerRefused, match="LIVEKIT_URL, LIVEKIT_API_SECRET not set") as caught:
        Access.of({"LIVEKIT_API_KEY": "key", "LIVEKIT_API_SECRET": ""})
    assert caught.value.code == "no_keys"
    assert ".env" in caught.value.remedy


def test_the_secret_is_not_shown() -> None:
    environment = {
        "LIVEKIT_URL": "ws://127.0.0.1:1",
        "LIVEKIT_API_KEY": "key",
        "LIVEKIT_API_SECRET": SECRET,
    }
    assert SECRET not in repr(Access.of(environment))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "no address"])
async def test_a_server_out_of_reach_is_told_with_the_setting_to_look_at(url: str) -> None:
    async with Access(url, "key", SECRET).connect() as api:
        with pytest.raises(ServerRefused, match="Check LIVEKIT_URL") as caught:
            async with translated_errors():
                await api.room.list_rooms(ListRoomsRequest())
    assert caught.value.code == "unreachable"


async def test_a_question_ends_at_the_limit_that_was_asked_for() -> None:
    async def never(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    held: list[asyncio.StreamWriter] = []
    async with await asyncio.start_server(never, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        async with Access(f"http://{host}:{port}", "key", SECRET).connect(limit_s=0.1) as api:
            with pytest.raises(TimeoutError):
                await api.room.list_rooms(ListRoomsRequest())
    for writer in held:
        writer.close()

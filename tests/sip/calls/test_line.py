from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from livekit.api import LiveKitAPI

from sip.calls.line import hang_up
from sip.errors import HangUpFailed

pytestmark = pytest.mark.unit

KEY, SECRET = "key", "a-secret-of-at-least-thirty-two-characters"


@dataclass
class FakeRooms:
    """Answers room deletions with the given errors, one after another, then with success."""

    errors: Sequence[tuple[int, str]]
    requests: int = field(default=0)

    async def delete(self, _: web.Request) -> web.Response:
        self.requests += 1
        if self.requests <= len(self.errors):
            status, code = self.errors[self.requests - 1]
            return web.json_response({"code": code, "msg": "as scripted"}, status=status)
        return web.Response(body=b"", content_type="application/protobuf")


@asynccontextmanager
async def serve(rooms: FakeRooms) -> AsyncIterator[LiveKitAPI]:
    app = web.Application()
    app.router.add_post("/twirp/livekit.RoomService/DeleteRoom", rooms.delete)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        async with LiveKitAPI(f"http://{host}:{port}", KEY, SECRET) as api:
            yield api
    finally:
        await runner.cleanup()


async def test_a_room_is_deleted_at_the_first_attempt() -> None:
    rooms = FakeRooms(errors=())
    async with serve(rooms) as api:
        await hang_up(api, "story_1")
    assert rooms.requests == 1


async def test_a_room_that_is_gone_already_is_a_success() -> None:
    rooms = FakeRooms(errors=[(404, "not_found")])
    async with serve(rooms) as api:
        await hang_up(api, "story_1")
    assert rooms.requests == 1


async def test_a_passing_failure_is_tried_again() -> None:
    rooms = FakeRooms(errors=[(503, "unavailable"), (500, "internal")])
    async with serve(rooms) as api:
        await hang_up(api, "story_1", retry_delays_s=(0, 0))
    assert rooms.requests == 3


async def test_a_lasting_failure_is_reported_with_the_number_of_attempts() -> None:
    rooms = FakeRooms(errors=[(503, "unavailable")] * 9)
    async with serve(rooms) as api:
        with pytest.raises(HangUpFailed, match="unavailable") as caught:
            await hang_up(api, "story_1", retry_delays_s=(0, 0))
    assert (caught.value.room_name, caught.value.attempts) == ("story_1", 3)
    assert not caught.value.is_unreachable


async def test_wrong_keys_are_not_tried_again() -> None:
    rooms = FakeRooms(errors=[(401, "unauthenticated")] * 9)
    async with serve(rooms) as api:
        with pytest.raises(HangUpFailed, match="unauthenticated"):
            await hang_up(api, "story_1", retry_delays_s=(0, 0))
    assert rooms.requests == 1


async def test_a_server_that_is_not_there_is_reported_as_such() -> None:
    async with LiveKitAPI("http://127.0.0.1:1", KEY, SECRET) as api:
        with pytest.raises(HangUpFailed, match="could not be reached") as caught:
            await hang_up(api, "story_1", retry_delays_s=(0,))
    assert caught.value.is_unreachable

"""Whoever does not answer is said in words; what the worker says is shown."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bot.settings import Settings
from desk.doors import Doors
from desk.office import DoorClosed
from tests.bot.records.records import a_call
from tests.desk.desks import SECRET

pytestmark = pytest.mark.unit


def doors(livekit_port: int = 1, worker_port: int = 1) -> Doors:
    keys = {
        "LIVEKIT_URL": f"ws://127.0.0.1:{livekit_port}",
        "LIVEKIT_API_KEY": "key",
        "LIVEKIT_API_SECRET": SECRET,
        "OPENAI_API_KEY": "k",
        "DEEPGRAM_API_KEY": "k",
        "PORT": str(worker_port),
    }
    return Doors(Settings.load(keys, env_file=None))


@asynccontextmanager
async def serving(path: str, status: int, text: str) -> AsyncIterator[int]:
    """A server that gives one answer; yields its port."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", path, answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def test_what_the_worker_says_is_told() -> None:
    async with serving("/worker", 200, '{"active_jobs": 3}') as port:
        assert await doors(worker_port=port).worker() == {"active_jobs": 3}


@pytest.mark.parametrize("text", ["[]", "not json"])
async def test_a_worker_that_talks_nonsense_is_none(text: str) -> None:
    async with serving("/worker", 200, text) as port:
        assert await doors(worker_port=port).worker() is None


async def test_a_worker_that_is_not_there_is_none() -> None:
    assert await doors().worker() is None


async def test_a_goodbye_that_livekit_refuses_is_said_without_addresses() -> None:
    refused = '{"code": "not_found", "msg": "no such room story_+12025550123_x"}'
    async with serving("/twirp/livekit.RoomService/SendData", 404, refused) as port:
        with pytest.raises(DoorClosed) as caught:
            await doors(livekit_port=port).say_goodbye(a_call())
    assert "LiveKit did not take it" in str(caught.value)
    assert "2025550123" not in str(caught.value)


async def test_a_livekit_that_is_away_is_said() -> None:
    with pytest.raises(DoorClosed):
        await doors().say_goodbye(a_call())


async def test_a_folder_without_trunks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    findings = await doors().look_at_line()
    assert [each.check for each in findings] == ["trunks.yaml"]
    assert "folder of trunks.yaml" in findings[0].remedy

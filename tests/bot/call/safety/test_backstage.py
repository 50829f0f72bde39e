"""A LiveKit that has lost its store ends the call while somebody can still hang up."""

import asyncio

import pytest
from livekit import api

from bot.call.safety.backstage import end_before_the_store_is_missed
from bot.records import EndReason
from bot.talk.floor.ending import Ending

pytestmark = pytest.mark.unit


class Server:
    """Stands in for LiveKit's API; answers as told, then goes on as with the last word."""

    def __init__(self, *words: str) -> None:
        self.words = list(words)
        self.asked = 0
        self.done = asyncio.Event()
        self.room = self

    async def list_participants(self, _: object) -> None:
        self.asked += 1
        if self.asked >= len(self.words):
            self.done.set()
        word = self.words[min(self.asked, len(self.words)) - 1]
        if word == "timeout":
            raise TimeoutError
        if word != "ok":
            raise api.ServerError(word, "dial tcp: connection refused", status=500)


async def watch(*words: str) -> Ending:
    server, ending = Server(*words), Ending()
    task = asyncio.create_task(
        end_before_the_store_is_missed(server, "room", ending, ask_s=0.0)  # type: ignore[arg-type]
    )
    async with asyncio.timeout(5.0):
        await server.done.wait()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return ending


async def test_three_errors_in_a_row_end_the_call() -> None:
    ending = await watch("ok", "internal", "unknown", "unavailable")
    assert ending.reason is EndReason.FAILED


@pytest.mark.parametrize("word", ["ok", "timeout", "unauthenticated", "not_found"])
async def test_anything_else_ends_nothing(word: str) -> None:
    ending = await watch("internal", "internal", word, word, word)
    assert ending.reason is None

"""Whether a call lives is answered in its room, and only to the server."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from bot.call.safety.pings import PING_TOPIC, PONG, answer_pings
from tests.bot.call.safety.fake_room import FakeRoom

pytestmark = pytest.mark.unit


async def answer_to(topic: str, data: bytes, participant: Any = None) -> str | None:
    room = FakeRoom()
    answer_pings(room.room)
    room.emit("data_received", SimpleNamespace(topic=topic, participant=participant, data=data))
    await asyncio.sleep(0)
    return room.attributes.get(PONG)


async def test_a_ping_is_answered_with_its_own_word() -> None:
    assert await answer_to(PING_TOPIC, b"a1b2") == "a1b2"


async def test_the_longest_word_is_answered_and_a_longer_one_is_not() -> None:
    assert await answer_to(PING_TOPIC, b"x" * 32) == "x" * 32
    assert await answer_to(PING_TOPIC, b"x" * 33) is None


async def test_bytes_that_are_no_text_do_no_harm() -> None:
    assert await answer_to(PING_TOPIC, b"a\xff") == "a\ufffd"


async def test_what_is_no_ping_is_not_answered() -> None:
    assert await answer_to("chat", b"a1b2") is None


async def test_somebody_in_the_room_cannot_ask() -> None:
    assert await answer_to(PING_TOPIC, b"a1b2", participant=object()) is None


async def test_an_answer_that_cannot_be_given_harms_no_call(
    caplog: pytest.LogCaptureFixture,
) -> None:
    room = FakeRoom()
    room.attributes_fail = RuntimeError("no connection")
    answer_pings(room.room)
    room.emit("data_received", SimpleNamespace(topic=PING_TOPIC, participant=None, data=b"x"))
    await asyncio.sleep(0)
    assert [each.getMessage() for each in caplog.records] == ["a ping could not be answered"]

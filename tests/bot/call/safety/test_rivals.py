"""Of two storytellers in one room the one that came later leaves."""

import asyncio

import pytest
from livekit import rtc

from bot.call.safety import rivals
from bot.call.safety.rivals import wait_for_rival
from tests.bot.call.safety.fake_room import FakeRoom

pytestmark = pytest.mark.unit

LOOK_S = 0.01
AGENT = rtc.ParticipantKind.PARTICIPANT_KIND_AGENT


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rivals, "_LOOK_FOR_S", 20 * LOOK_S)
    monkeypatch.setattr(rivals, "_STAYS_S", 5 * LOOK_S)


async def test_one_who_finds_another_leaves_at_once() -> None:
    room = FakeRoom()
    room.join("agent-1", kind=AGENT)
    assert await wait_for_rival(room.room, look_s=LOOK_S)


async def test_one_who_is_alone_stays() -> None:
    room = FakeRoom()
    room.join()
    assert not await wait_for_rival(room.room, look_s=LOOK_S)


async def test_one_who_comes_back_and_stays_is_left_the_call() -> None:
    room = FakeRoom()
    watching = asyncio.create_task(wait_for_rival(room.room, look_s=LOOK_S))
    await asyncio.sleep(2 * LOOK_S)
    room.join("agent-1", kind=AGENT)
    assert await watching


async def test_one_who_only_looks_in_costs_nobody_the_call() -> None:
    room = FakeRoom()
    watching = asyncio.create_task(wait_for_rival(room.room, look_s=LOOK_S))
    await asyncio.sleep(2 * LOOK_S)
    room.join("agent-1", kind=AGENT)
    await asyncio.sleep(LOOK_S)
    room.leave(rtc.DisconnectReason.CLIENT_INITIATED, "agent-1")
    assert not await watching

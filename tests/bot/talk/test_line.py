"""The line of one call: who can hear, and who waits for it."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit import rtc

from agents.conversation import NeverAnswered
from bot.records import EndReason
from bot.talk.ending import Ending
from bot.talk.line import CallerLine

pytestmark = pytest.mark.unit


def a_line(attributes: dict[str, str], *, on_telephone: bool = True) -> tuple[CallerLine, Ending]:
    async def block() -> bool:
        return True

    participant: Any = SimpleNamespace(attributes=attributes)
    room = cast(rtc.Room, SimpleNamespace(remote_participants={"caller": participant}))
    ending = Ending()
    return CallerLine(room, "caller", ending, on_telephone=on_telephone, block=block), ending


async def test_a_telephone_can_hear_once_the_call_is_active() -> None:
    attributes = {"sip.callStatus": "ringing"}
    line, _ = a_line(attributes)
    waiting = asyncio.create_task(line.wait_until_answered())
    await line.agent_waits.wait()
    assert not line.answered
    attributes["sip.callStatus"] = "active"
    line.refresh()
    async with asyncio.timeout(1):
        await waiting
        await line.answer()


async def test_a_browser_can_hear_at_once() -> None:
    line, _ = a_line({}, on_telephone=False)
    async with asyncio.timeout(1):
        await line.wait_until_answered()


async def test_nobody_waits_for_a_call_that_is_over() -> None:
    line, ending = a_line({"sip.callStatus": "ringing"})
    waiting = asyncio.create_task(line.wait_until_answered())
    await line.agent_waits.wait()
    ending.set(EndReason.NEVER_ANSWERED)
    async with asyncio.timeout(1):
        with pytest.raises(NeverAnswered):
            await waiting


async def test_hanging_up_ends_the_call_because_the_story_is_finished() -> None:
    line, ending = a_line({})
    await line.hang_up()
    assert ending.reason is EndReason.STORY_FINISHED

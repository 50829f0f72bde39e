"""Asking for a place, when the database cannot be asked."""

import asyncio

import pytest

from bot.call.turning_away import limits_of, may_come_in
from bot.records import Limit, Records, Refusal
from bot.settings import Settings
from tests.bot.records.records import a_call

pytestmark = pytest.mark.unit


def settings(**more: str) -> Settings:
    keys = ("LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "OPENAI_API_KEY", "DEEPGRAM_API_KEY")
    return Settings.load(
        {"LIVEKIT_URL": "ws://127.0.0.1", **dict.fromkeys(keys, "x"), **more}, None
    )


async def test_without_a_database_everybody_comes_in() -> None:
    async with Records.open("sqlite+aiosqlite:////nowhere/calls.db") as records:
        assert await may_come_in(records.gate, a_call(), settings()) is None


async def test_a_number_that_is_on_the_line_too_often_is_turned_away(records: Records) -> None:
    call, other = a_call(), a_call()
    await records.calls.save(call)
    await records.calls.save(other)
    few = settings(STORYLINE_CALLER_AT_ONCE="1")
    now = limits_of(few)
    assert now.caller.at_once == 1
    assert now.longest_call_s > few.call.max_call_s
    # These calls rang in March: they are over, whatever their rows say.
    assert await may_come_in(records.gate, call, few) is None
    assert await records.gate.ask(call, now, call.started_at) == Refusal(Limit.CALLER_AT_ONCE)


async def test_a_database_that_does_not_answer_keeps_nobody_waiting(
    records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(records.gate, "ask", never)
    monkeypatch.setattr("bot.call.turning_away._ASK_LIMIT_S", 0.0)
    assert await may_come_in(records.gate, a_call(), settings()) is None

"""The first reason to end counts, and what was decided before counts more."""

import asyncio

import pytest

from bot.records import EndReason
from bot.talk.floor.ending import Ending

pytestmark = pytest.mark.unit


def outcome(ending: Ending) -> tuple[EndReason | None, str | None]:
    return ending.reason, ending.error


async def test_a_call_that_goes_on_has_no_reason_to_end() -> None:
    ending = Ending()
    assert outcome(ending) == (None, None)


async def test_the_first_reason_counts_with_its_error() -> None:
    ending = Ending()
    ending.set(EndReason.FAILED, "no room")
    ending.set(EndReason.CALLER_HUNG_UP)
    assert outcome(ending) == (EndReason.FAILED, "no room")


async def test_everybody_who_waits_learns_of_it() -> None:
    ending = Ending()
    waiting = [asyncio.create_task(ending.wait()) for _ in range(2)]
    await asyncio.sleep(0)
    assert not any(each.done() for each in waiting)
    ending.set(EndReason.SILENCE)
    assert await asyncio.gather(*waiting, ending.wait()) == [EndReason.SILENCE] * 3


async def test_what_was_decided_is_the_reason_whoever_ends_the_call() -> None:
    ending = Ending()
    ending.decide(EndReason.LIMIT_REACHED, "calls_at_once")
    assert outcome(ending) == (None, None), "it has not ended yet"
    ending.set(EndReason.CALLER_HUNG_UP, "left")
    assert outcome(ending) == (EndReason.LIMIT_REACHED, "calls_at_once")


async def test_a_decision_after_the_end_changes_nothing() -> None:
    ending = Ending()
    ending.set(EndReason.CALLER_HUNG_UP)
    ending.decide(EndReason.LIMIT_REACHED)
    ending.set(EndReason.FAILED)
    assert ending.reason is EndReason.CALLER_HUNG_UP

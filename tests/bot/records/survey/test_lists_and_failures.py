"""How far lists have come, and which calls a model failed in, on SQLite and on PostgreSQL."""

from datetime import timedelta
from typing import Any

from bot.records import Records
from bot.records.survey.lists import ListProgress
from sip.calls.outcome import Outcome
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call

pytestmark = EVERY_DATABASE

MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)


async def asked_for(
    records: Records, name: str, number: str, attempt: int = 1, **changes: Any
) -> str:
    """A call of a list; returns its id."""
    order, _ = await records.orders.accept(
        an_order(
            number=number,
            idempotency_key=f"list:{name}#{number}#{attempt}",
            **{"asked_at": NOON, **changes},
        ),
        PLENTY,
    )
    return order.call_id


async def test_a_list_is_told_by_its_people_and_not_by_its_calls(records: Records) -> None:
    busy = await asked_for(records, "march", "+12025550101")
    await records.orders.end(busy, Outcome.BUSY, NOON)
    answered = await asked_for(records, "march", "+12025550101", 2, asked_at=NOON + MINUTE)
    await records.orders.end(answered, Outcome.ANSWERED, NOON)
    await asked_for(records, "march", "+12025550102")
    assert await records.survey.lists(NOON - WEEK, 9) == [
        ListProgress("march", people=2, reached=1, live=1, calls=3, last_asked_at=NOON + MINUTE)
    ]


async def test_lists_stand_apart_whatever_they_are_called(records: Records) -> None:
    await asked_for(records, "march#2", "+12025550101")
    await asked_for(records, "march", "+12025550102", asked_at=NOON + MINUTE)
    lists = await records.survey.lists(NOON - WEEK, 9)
    assert [each.name for each in lists] == ["march", "march#2"]
    assert len(await records.survey.lists(NOON - WEEK, 1)) == 1


async def test_other_orders_and_old_lists_are_none(records: Records) -> None:
    await records.orders.accept(an_order(idempotency_key="key", asked_at=NOON), PLENTY)
    await records.orders.accept(an_order(number="+12025550109", asked_at=NOON), PLENTY)
    await asked_for(records, "march", "+12025550101", asked_at=NOON - WEEK - MINUTE)
    assert await records.survey.lists(NOON - WEEK, 9) == []


async def test_calls_in_which_a_model_failed_are_found_the_newest_first(records: Records) -> None:
    errors = ("tts_error: APITimeoutError()", "the limit was reached", None, "llm_error: quota")
    for minute, error in enumerate(errors):
        await records.calls.save(a_call(error=error, started_at=NOON + minute * MINUTE))
    await records.calls.save(a_call(error="llm_error: old", started_at=NOON - MINUTE))
    found = await records.survey.model_failures(NOON, 9)
    assert [each.error for each in found] == ["llm_error: quota", "tts_error: APITimeoutError()"]
    assert len(await records.survey.model_failures(NOON, 1)) == 1

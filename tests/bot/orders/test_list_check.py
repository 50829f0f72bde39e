"""A dry run of a list: what a run would do about each person, and nothing is written."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.orders.list_check import check_list
from bot.orders.list_result import Verdict
from bot.orders.number_list import Retry, Row, row_prefix
from bot.records import BlockedBy, Ledger, Order, OrderLimits, OrderState, Records
from sip.calls.outcome import Outcome
from tests.bot.orders.test_list_runner import ANYBODY, Clock, FakeDesk
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import NOON

pytestmark = pytest.mark.unit

NUMBER = "+12025550101"
ROW = Row(1, NUMBER)


async def verdict(
    records: Records, row: Row = ROW, *rules: str, limits: OrderLimits = PLENTY
) -> tuple[Verdict, str]:
    desk = FakeDesk(records, Clock(), limits=limits)
    before = await records.orders.recent(99)
    [only] = await check_list(desk, "march", Retry.parse(rules), ANYBODY, [row], lambda: NOON)
    assert (only.row, await records.orders.recent(99)) == (row, before)
    return only.verdict, only.sentence


async def an_older_order(ledger: Ledger, outcome: Outcome | None = None) -> Order:
    """The first call of the list to that number, in progress or over."""
    key = f"{row_prefix('march', NUMBER)}1"
    order = an_order(number=NUMBER, idempotency_key=key, asked_at=NOON - timedelta(minutes=9))
    await ledger.accept(order, PLENTY)
    await ledger.take(order.call_id, "AJ", NOON)
    await ledger.mark_ready(order.call_id)
    await ledger.claim_dialling(order.call_id, NOON)
    if outcome is not None:
        await ledger.end(order.call_id, outcome, NOON)
    return order


async def test_whoever_has_not_been_called_would_be(records: Records) -> None:
    assert await verdict(records) == (Verdict.WOULD_CALL, "Would be called.")


async def test_whoever_has_an_outcome_is_done(records: Records, ledger: Ledger) -> None:
    await an_older_order(ledger, Outcome.DECLINED)
    assert await verdict(records) == (Verdict.DONE, "Called before: declined.")


async def test_whoever_is_on_the_line_is_being_called(records: Records, ledger: Ledger) -> None:
    order = await an_older_order(ledger)
    assert (await verdict(records))[0] is Verdict.BEING_CALLED
    found = await ledger.get(order.call_id)
    assert found is not None and found.state is OrderState.DIALING


async def test_whoever_was_busy_would_be_called_again_and_it_says_when(
    records: Records, ledger: Ledger
) -> None:
    await an_older_order(ledger, Outcome.BUSY)
    word, sentence = await verdict(records, ROW, "busy=1x300")
    assert (word, "2026-03-01 12:05:00 UTC" in sentence) == (Verdict.WOULD_CALL, True)


async def test_whoever_was_busy_and_is_blocked_since_is_refused(
    records: Records, ledger: Ledger
) -> None:
    await an_older_order(ledger, Outcome.BUSY)
    await ledger.block(NUMBER, BlockedBy.CALLEE, NOON)
    assert (await verdict(records, ROW, "busy=1x300"))[0] is Verdict.REFUSED


async def test_a_blocked_number_is_refused(records: Records, ledger: Ledger) -> None:
    await ledger.block(NUMBER, BlockedBy.OPERATOR, NOON)
    word, sentence = await verdict(records)
    assert (word, "do-not-call" in sentence) == (Verdict.REFUSED, True)


@pytest.mark.parametrize(
    ("number", "word"), [("911", Verdict.REFUSED), ("+12025550199", Verdict.LATER)]
)
async def test_what_the_rules_say_is_said_before_the_ledger_is_asked(
    records: Records, number: str, word: Verdict
) -> None:
    assert (await verdict(records, Row(7, number)))[0] is word


async def test_a_full_trunk_only_makes_the_run_wait(records: Records, ledger: Ledger) -> None:
    await ledger.accept(an_order(number="+12025550102"), PLENTY)
    word, sentence = await verdict(records, limits=replace(PLENTY, at_once=1))
    assert (word, "once the trunk has room" in sentence) == (Verdict.WOULD_CALL, True)


async def test_a_number_that_another_command_calls_is_being_called(
    records: Records, ledger: Ledger
) -> None:
    await ledger.accept(an_order(number=NUMBER, idempotency_key="cron"), PLENTY)
    word, sentence = await verdict(records)
    assert (word, "another command" in sentence) == (Verdict.BEING_CALLED, True)

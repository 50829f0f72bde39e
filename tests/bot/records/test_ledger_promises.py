"""What whoever asks the ledger may rely on: the disk, the order of lists, and words to read."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, update

from bot.records import BlockedBy, Ledger, NotNow, Order, OrderRefused, OrderState, Records
from bot.records.database import Database, create_engine
from bot.records.orders.tables import orders
from sip.calls.outcome import Outcome
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import EVERY_DATABASE, NOON, a_call
from tests.bot.records.test_ledger import MINUTE, SECOND, walk

pytestmark = EVERY_DATABASE

OTHER = "+12025550199"
Step = Callable[[Ledger, Order], Awaitable[object]]


@contextmanager
def promised() -> Iterator[list[bool]]:
    """Whether each SQLite transaction meanwhile waits for the disk; test_durability sees it do."""
    found: list[bool] = []

    def look(_: Any, __: Any, statement: str, *___: Any) -> None:
        if statement.startswith("PRAGMA synchronous"):
            found.append(statement.endswith("FULL"))

    event.listen(Engine, "before_cursor_execute", look)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", look)


# Each with the state that the order is in before.
STEPS: dict[str, tuple[OrderState | None, Step]] = {
    "accept": (None, lambda ledger, order: ledger.accept(order, PLENTY)),
    "take": (OrderState.QUEUED, lambda ledger, order: ledger.take(order.call_id, "AJ", NOON)),
    "mark_ready": (OrderState.TAKEN, lambda ledger, order: ledger.mark_ready(order.call_id)),
    "claim_dialling": (
        OrderState.READY,
        lambda ledger, order: ledger.claim_dialling(order.call_id, NOON),
    ),
    "mark_ringing": (OrderState.DIALING, lambda ledger, order: ledger.mark_ringing(order.call_id)),
    "mark_answered": (
        OrderState.RINGING,
        lambda ledger, order: ledger.mark_answered(order.call_id, NOON),
    ),
    "correct_outcome": (
        OrderState.ANSWERED,
        lambda ledger, order: ledger.correct_outcome(order.call_id, Outcome.VOICEMAIL),
    ),
    "end": (
        OrderState.ANSWERED,
        lambda ledger, order: ledger.end(order.call_id, Outcome.ANSWERED, NOON),
    ),
    "cancel": (OrderState.READY, lambda ledger, order: ledger.cancel(order.call_id, NOON)),
    "block": (None, lambda ledger, order: ledger.block(order.number, BlockedBy.CALLEE, NOON)),
    "unblock": (None, lambda ledger, order: ledger.unblock(order.number)),
}


@pytest.mark.parametrize("name", STEPS)
async def test_every_answer_of_the_ledger_is_on_the_disk(
    ledger: Ledger, database: str, name: str
) -> None:
    if not database.startswith("sqlite"):
        pytest.skip("PostgreSQL always waits for the disk")
    state, step = STEPS[name]
    order = an_order()
    if state is not None:
        await walk(ledger, order, state)
    with promised() as answers:
        await step(ledger, order)
    assert answers == [True]


async def test_a_beat_of_a_call_waits_for_no_disk(records: Records, database: str) -> None:
    if not database.startswith("sqlite"):
        pytest.skip("PostgreSQL always waits for the disk")
    with promised() as answers:
        await records.calls.save(a_call())
    assert answers and not any(answers)


async def test_an_order_that_is_to_be_cancelled_is_not_dialled_whatever_its_state(
    ledger: Ledger, database: str
) -> None:
    order = await walk(ledger, an_order(), OrderState.READY)
    engine = create_engine(database)
    try:
        asked = update(orders).where(orders.c.call_id == order.call_id).values(cancel_asked=True)
        assert await Database(engine).write(asked)
    finally:
        await engine.dispose()
    assert not await ledger.claim_dialling(order.call_id, NOON)


async def test_what_was_cancelled_before_the_dialling_says_when_and_that_nobody_was_called(
    ledger: Ledger,
) -> None:
    order = await walk(ledger, an_order(), OrderState.TAKEN)
    cancelled = await ledger.cancel(order.call_id, NOON + SECOND)
    assert cancelled is not None
    assert cancelled.ended_at == NOON + SECOND
    assert cancelled.detail == "It was cancelled before it was dialled."
    assert await ledger.cancel("nobody", NOON) is None


async def test_whoever_insists_may_call_a_number_again_within_the_minute(ledger: Ledger) -> None:
    order = await walk(ledger, an_order(), OrderState.DIALING)
    await ledger.end(order.call_id, Outcome.BUSY, NOON)
    soon = an_order(asked_at=NOON + SECOND)
    with pytest.raises(OrderRefused, match=r"^the number was called less than a minute ago$"):
        await ledger.check(soon, PLENTY)
    assert await ledger.check(soon, PLENTY, again=True) is None
    assert await ledger.get(soon.call_id) is None, "asking writes nothing"
    assert (await ledger.accept(soon, PLENTY, again=True))[1]


async def test_a_key_may_call_a_number_again_within_the_minute(ledger: Ledger) -> None:
    order = await walk(ledger, an_order(), OrderState.DIALING)
    await ledger.end(order.call_id, Outcome.BUSY, NOON)
    keyed = an_order(asked_at=NOON + SECOND, idempotency_key="k")
    assert (await ledger.accept(keyed, PLENTY))[1]


async def test_after_exactly_a_minute_a_number_may_be_called_again(ledger: Ledger) -> None:
    order = await walk(ledger, an_order(), OrderState.DIALING)
    await ledger.end(order.call_id, Outcome.BUSY, NOON)
    assert (await ledger.accept(an_order(asked_at=NOON + MINUTE), PLENTY))[1]


async def test_asking_with_a_key_finds_the_older_order(ledger: Ledger) -> None:
    older = an_order(idempotency_key="k")
    await ledger.accept(older, PLENTY)
    assert await ledger.check(an_order(idempotency_key="k"), PLENTY) == older


async def test_why_a_call_is_refused_is_a_sentence_for_people(ledger: Ledger) -> None:
    await ledger.accept(an_order(idempotency_key="k"), PLENTY)
    await ledger.block(OTHER, BlockedBy.OPERATOR, NOON)
    for order, reason in (
        (an_order(), "the number is being called"),
        (an_order(number=OTHER), "the number is on the do-not-call list"),
        (
            an_order(number=OTHER, idempotency_key="k"),
            "this idempotency key belongs to a call to another number",
        ),
    ):
        with pytest.raises(OrderRefused) as caught:
            await ledger.accept(order, PLENTY)
        assert str(caught.value) == reason


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        ({"at_once": 1}, "the trunk has 1 calls at once, which is its limit"),
        ({"per_minute": 1}, "the trunk had 1 calls in a minute, its limit"),
    ],
)
async def test_a_trunk_that_is_busy_says_which_limit_it_is(
    ledger: Ledger, limits: dict[str, Any], reason: str
) -> None:
    await ledger.accept(an_order(), PLENTY)
    with pytest.raises(NotNow) as caught:
        await ledger.accept(an_order(number=OTHER), replace(PLENTY, **limits))
    assert str(caught.value) == reason


async def test_lists_come_in_the_order_of_their_time(ledger: Ledger) -> None:
    # Written the other way round: what comes first in the file is not what happened first.
    for hours, key in ((2, "list:b"), (0, "list:c"), (1, "list:a")):
        order = an_order(idempotency_key=key, asked_at=NOON + timedelta(hours=hours))
        await ledger.accept(order, PLENTY, again=True)
        await ledger.end(order.call_id, Outcome.BUSY, NOON)
        await ledger.block(f"+1202555010{3 - hours}", BlockedBy.CALLEE, order.asked_at)
    found = await ledger.with_keys("+12025550123", "list:")
    assert [each.idempotency_key for each in found] == ["list:c", "list:a", "list:b"]
    newest = await ledger.recent(2)
    assert [each.idempotency_key for each in newest] == ["list:b", "list:a"]
    assert [each.number[-1] for each in await ledger.blocked()] == ["3", "2", "1"]

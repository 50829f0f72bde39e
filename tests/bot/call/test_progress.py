"""Nobody is dialled without the ledger's word, and a call in progress does not need it."""

from typing import Any

import pytest

from bot.call import progress as module
from bot.call.progress import Progress
from bot.records import (
    BlockedBy,
    DatabaseUnavailable,
    EndReason,
    Ledger,
    Order,
    OrderState,
)
from bot.talk.floor.ending import Ending
from sip.calls.calling_hours import CallingHours
from sip.calls.outcome import Outcome
from tests.bot.records.orders import PLENTY, an_order
from tests.bot.records.records import NOON

pytestmark = pytest.mark.unit

ALWAYS = CallingHours.parse("00:00-24:00")


@pytest.fixture
async def order(ledger: Ledger) -> Order:
    order = an_order()
    await ledger.accept(order, PLENTY)
    taken = await ledger.take(order.call_id, "AJ_1", NOON)
    assert taken is not None
    return taken


async def now_in(ledger: Ledger, order: Order) -> Order:
    found = await ledger.get(order.call_id)
    assert found is not None
    return found


async def test_an_order_may_be_dialled_once_and_is_ended_with_what_was_found(
    ledger: Ledger, order: Order
) -> None:
    progress = Progress(ledger, order.call_id)
    assert await progress.claim_dialling(order, ALWAYS)
    assert not await progress.claim_dialling(order, ALWAYS)
    progress.rings()
    progress.conclude(Outcome.BUSY, "The line was busy.", 486)
    progress.conclude(Outcome.FAILED, "too late", 500)
    await progress.close(Ending())
    ended = await now_in(ledger, order)
    assert ended.dialed_at is not None
    assert (ended.state, ended.outcome, ended.sip_status, ended.detail) == (
        OrderState.ENDED,
        Outcome.BUSY,
        486,
        "The line was busy.",
    )


async def test_outside_the_hours_nobody_is_dialled_at_the_last_moment(
    ledger: Ledger, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "utc_now", lambda: NOON)  # eight in the morning in Washington
    progress = Progress(ledger, order.call_id)
    assert not await progress.claim_dialling(order, CallingHours.parse("09:00-20:00"))
    await progress.close(Ending())
    ended = await now_in(ledger, order)
    assert (ended.outcome, ended.dialed_at) == (Outcome.REFUSED, None)


async def test_a_number_blocked_meanwhile_is_not_dialled(ledger: Ledger, order: Order) -> None:
    await ledger.block(order.number, BlockedBy.OPERATOR, NOON)
    progress = Progress(ledger, order.call_id)
    assert not await progress.claim_dialling(order, ALWAYS)
    await progress.close(Ending())
    assert (await now_in(ledger, order)).outcome is Outcome.REFUSED


async def test_an_order_cancelled_meanwhile_stays_cancelled(ledger: Ledger, order: Order) -> None:
    await ledger.cancel(order.call_id, NOON)
    progress = Progress(ledger, order.call_id)
    assert not await progress.claim_dialling(order, ALWAYS)
    await progress.close(Ending())
    assert (await now_in(ledger, order)).outcome is Outcome.CANCELLED


async def test_what_turns_out_later_is_written_beside_the_answer(
    ledger: Ledger, order: Order
) -> None:
    progress = Progress(ledger, order.call_id)
    assert await progress.claim_dialling(order, ALWAYS)
    await progress.answered()
    assert (await now_in(ledger, order)).outcome is Outcome.ANSWERED
    await progress.became(Outcome.VOICEMAIL, "A message was left.")
    ending = Ending()
    ending.set(EndReason.VOICEMAIL)
    await progress.close(ending)
    ended = await now_in(ledger, order)
    assert (ended.outcome, ended.detail) == (Outcome.VOICEMAIL, "A message was left.")


async def test_a_fault_of_our_own_says_which(ledger: Ledger, order: Order) -> None:
    ending = Ending()
    ending.set(EndReason.FAILED, "the voice was not ready")
    await Progress(ledger, order.call_id).close(ending)
    ended = await now_in(ledger, order)
    assert ended.outcome is Outcome.FAILED and "voice was not ready" in (ended.detail or "")


class AwayLedger:
    """A database out of reach, for the first so many questions."""

    def __init__(self, ledger: Ledger, times: int) -> None:
        self._ledger = ledger
        self._times = times

    def __getattr__(self, name: str) -> Any:
        if self._times > 0:
            self._times -= 1
            return self._fail
        return getattr(self._ledger, name)

    async def _fail(self, *_: object, **__: object) -> None:
        raise DatabaseUnavailable("away")


def away(ledger: Ledger, order: Order, times: int) -> Progress:
    stand_in: Any = AwayLedger(ledger, times)
    return Progress(stand_in, order.call_id)


async def test_without_the_database_nobody_is_dialled(ledger: Ledger, order: Order) -> None:
    progress = away(ledger, order, 1)
    assert not await progress.claim_dialling(order, ALWAYS)
    await progress.close(Ending())
    ended = await now_in(ledger, order)
    assert (ended.outcome, ended.dialed_at) == (Outcome.FAILED, None)


async def test_a_claim_whose_answer_was_lost_is_taken_back_when_nobody_was_dialled(
    ledger: Ledger, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = ledger.claim_dialling

    async def written_but_not_heard(*arguments: Any) -> bool:
        assert await claim(*arguments)
        raise DatabaseUnavailable("the connection broke")

    monkeypatch.setattr(ledger, "claim_dialling", written_but_not_heard)
    progress = Progress(ledger, order.call_id)
    assert not await progress.claim_dialling(order, ALWAYS)
    claimed = await now_in(ledger, order)
    assert claimed.dialed_at is not None, "until the job ends, nobody may take it for undialled"
    await progress.close(Ending())
    ended = await now_in(ledger, order)
    assert (ended.outcome, ended.dialed_at) == (Outcome.FAILED, None)
    assert "nobody was dialled" in (ended.detail or "")


async def test_a_call_in_progress_goes_on_without_the_database_and_is_written_later(
    ledger: Ledger, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_RETRY_S", (0.0, 0.0))
    await ledger.mark_ready(order.call_id)
    await ledger.claim_dialling(order.call_id, NOON)
    progress = away(ledger, order, 3)
    assert not await progress.cancel_asked()
    await progress.answered()
    await progress.close(Ending())
    assert (await now_in(ledger, order)).outcome is Outcome.ANSWERED

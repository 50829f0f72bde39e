"""What a list would come to if it were run now: for each person one verdict, and nobody called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.orders.number_list import Call, Done, Follow, Retry, Row, Wait, next_step, row_prefix
from bot.orders.request import OutsideHours
from bot.orders.result import Result
from bot.records import Order, OrderRefused, TrunkBusy
from sip.calls.outcome import Outcome
from sip.errors import NumberRefused


class Verdict(StrEnum):
    """One word for one person."""

    WOULD_CALL = "would-call"
    LATER = "later"  # not in this run: outside the calling hours
    BEING_CALLED = "being-called"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class RowVerdict:
    """What a run would do about one person, and why."""

    row: Row
    verdict: Verdict
    sentence: str


class Rules(Protocol):
    """Who knows what may be called."""

    def order(self, row: Row, key: str) -> Order:
        """The order for one person. Raises NumberRefused, OutsideHours."""
        ...

    async def check(self, order: Order) -> None:
        """Raises OrderRefused, TrunkBusy; writes nothing."""
        ...

    async def history(self, number: str, prefix: str) -> list[Order]:
        """Every order for `number` whose key begins with `prefix`, the oldest first."""
        ...


async def check_rows(
    rules: Rules,
    name: str,
    retries: Mapping[Outcome, Retry],
    rows: Sequence[Row],
    now: datetime,
) -> list[RowVerdict]:
    """One verdict for each row; writes nothing and calls nobody. Raises DatabaseUnavailable."""
    return [await _check_row(rules, name, retries, row, now) for row in rows]


async def _check_row(
    rules: Rules, name: str, retries: Mapping[Outcome, Retry], row: Row, now: datetime
) -> RowVerdict:
    try:
        order = rules.order(row, "")
        prefix = row_prefix(name, order.number)
        history = await rules.history(order.number, prefix)
        match next_step(history, retries, began_at=now, now=now):
            case Done(last):
                outcome = Result.of(last, None, is_first=False).outcome
                return RowVerdict(row, Verdict.DONE, f"Called before: {outcome.value}.")
            case Follow():
                return RowVerdict(row, Verdict.BEING_CALLED, "Is being called now.")
            case Wait(until):
                await rules.check(rules.order(row, f"{prefix}{len(history) + 1}"))
                when = f"{until:%Y-%m-%d %H:%M:%S} UTC"
                return RowVerdict(row, Verdict.WOULD_CALL, f"Would be called again at {when}.")
            case Call(attempt):
                await rules.check(rules.order(row, f"{prefix}{attempt}"))
                return RowVerdict(row, Verdict.WOULD_CALL, "Would be called.")
    except OutsideHours as closed:
        return RowVerdict(row, Verdict.LATER, f"Not called yet: {closed.reason}.")
    except TrunkBusy:
        # The run waits for room.
        return RowVerdict(row, Verdict.WOULD_CALL, "Would be called once the trunk has room.")
    except (NumberRefused, OrderRefused) as refusal:
        return RowVerdict(row, Verdict.REFUSED, f"Not called: {refusal.reason}.")

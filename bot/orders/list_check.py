"""What a list would come to if it were run now: for each person one verdict, and nobody called."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.orders.desk import Desk
from bot.orders.list_result import RowVerdict, Verdict
from bot.orders.number_list import (
    Call,
    Done,
    Follow,
    Later,
    Retry,
    Row,
    Wait,
    next_step,
    row_prefix,
)
from bot.orders.request import OutsideHours, Request
from bot.orders.result import Result
from bot.records import NotToday, NumberBusy, OrderRefused, TrunkBusy, utc_now
from sip.calls.outcome import Outcome
from sip.errors import NumberRefused


async def check_list(
    desk: Desk,
    name: str,
    rules: Mapping[Outcome, Retry],
    each: Request,
    rows: Sequence[Row],
    clock: Callable[[], datetime] = utc_now,
) -> list[RowVerdict]:
    """One verdict for each row; writes nothing and calls nobody. Raises DatabaseUnavailable."""
    return [await _check_row(desk, name, rules, each, row, clock()) for row in rows]


async def _check_row(
    desk: Desk,
    name: str,
    rules: Mapping[Outcome, Retry],
    each: Request,
    row: Row,
    now: datetime,
) -> RowVerdict:
    try:
        number = desk.order(row.request(each, "")).number
        prefix = row_prefix(name, number)
        history = await desk.history(number, prefix)
        when = ""
        match next_step(history, rules, began_at=now, now=now):
            case Done(last) | Later(last):
                outcome = Result.of(last, None, is_first=False).outcome
                return RowVerdict(row, Verdict.DONE, f"Called before: {outcome.value}.")
            case Follow():
                return RowVerdict(row, Verdict.BEING_CALLED, "Is being called now.")
            case Wait(until):
                when = f" at {until:%Y-%m-%d %H:%M:%S} UTC"
            case Call():
                pass
        key = f"{prefix}{len(history) + 1}"
        await desk.check(desk.order(row.request(each, key)))
        return RowVerdict(row, Verdict.WOULD_CALL, f"Would be called{when}.")
    except OutsideHours as closed:
        return RowVerdict(row, Verdict.LATER, f"Not called yet: {closed.reason}.")
    except NotToday as full:
        return RowVerdict(row, Verdict.LATER, f"Left for later: {full.reason}.")
    except NumberBusy:
        return RowVerdict(row, Verdict.BEING_CALLED, "Is being called now, by another command.")
    except TrunkBusy:
        # The run waits for room.
        return RowVerdict(row, Verdict.WOULD_CALL, "Would be called once the trunk has room.")
    except (NumberRefused, OrderRefused) as refusal:
        return RowVerdict(row, Verdict.REFUSED, f"Not called: {refusal.reason}.")

"""How one person of a list comes out: what a run would do, and what it did."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.orders.number_list import Row
from bot.records.orders.order import Order
from sip.calls.outcome import Outcome


class Verdict(StrEnum):
    """One word for one person."""

    WOULD_CALL = "would-call"
    LATER = "later"  # not in this run: outside the calling hours, or a limit of the day
    BEING_CALLED = "being-called"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True)
class RowVerdict:
    """What a run would do about one person, and why."""

    row: Row
    verdict: Verdict
    sentence: str


@dataclass(frozen=True)
class RowResult:
    """What became of one person. `later`: the list is to be run again for them."""

    row: Row
    outcome: Outcome | None
    sentence: str
    attempts: int = 0
    later: bool = False
    order: Order | None = field(default=None, repr=False)

"""What stands on the bill of a call."""

from collections.abc import Collection
from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True)
class Usage:
    """So much of one unit of one model, since the call began.

    `cost_usd` is None where the price table has no price for it: reported, never free.
    """

    provider: str
    model: str
    unit: str
    amount: float
    cost_usd: float | None = None


def total(before: Collection[Usage], now: Collection[Usage]) -> list[Usage]:
    """What two processes have used in one call, as one bill. Without a price stays without."""
    sums = {(each.provider, each.model, each.unit): each for each in before}
    for each in now:
        key = (each.provider, each.model, each.unit)
        sums[key] = _sum(sums[key], each) if key in sums else each
    return list(sums.values())


def _sum(one: Usage, other: Usage) -> Usage:
    costs = [each.cost_usd for each in (one, other) if each.cost_usd is not None]
    return replace(other, amount=one.amount + other.amount, cost_usd=sum(costs) if costs else None)

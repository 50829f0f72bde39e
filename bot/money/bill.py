"""What stands on the bill of a call."""

from dataclasses import dataclass


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

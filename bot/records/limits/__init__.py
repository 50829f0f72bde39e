"""How much one caller, and the whole line, may have; and asking for a place."""

from bot.records.limits.gate import Gate, Refusal
from bot.records.limits.limits import (
    CallerLimits,
    CostLimits,
    InboundLimits,
    Limit,
    LineLimits,
    OrderLimits,
)

__all__ = [
    "CallerLimits",
    "CostLimits",
    "Gate",
    "InboundLimits",
    "Limit",
    "LineLimits",
    "OrderLimits",
    "Refusal",
]

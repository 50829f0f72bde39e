"""Orders to test with."""

import uuid
from typing import Any

from bot.records import LineLimits, Order, OrderLimits
from tests.bot.records.records import NOON

A_LOT = LineLimits(calls_per_day=10_000, minutes_per_day=10_000)
PLENTY = OrderLimits(at_once=100, per_minute=100, per_number_a_day=100, line=A_LOT)


def an_order(**changes: Any) -> Order:
    """A call that was asked for at noon."""
    call_id = str(uuid.uuid4())
    values: dict[str, Any] = {
        "call_id": call_id,
        "number": "+12025550123",
        "from_number": "+12025550100",
        "trunk_id": "ST_x",
        "room_name": f"call_{call_id}",
        "ring_timeout_s": 30.0,
        "max_call_s": 900.0,
        "asked_at": NOON,
    }
    return Order(**{**values, **changes})

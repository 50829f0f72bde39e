"""Calls to test with."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.records import CallRecord, Direction

EVERY_DATABASE = pytest.mark.parametrize(
    "empty_database",
    [
        pytest.param("sqlite", marks=pytest.mark.unit),
        pytest.param("postgresql", marks=pytest.mark.stack),
    ],
    indirect=True,
)

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)


def a_call(**changes: Any) -> CallRecord:
    """A call that rang at noon and is alive."""
    values: dict[str, Any] = {
        "call_id": str(uuid.uuid4()),
        "direction": Direction.INBOUND,
        "room_name": "call-_+12025550123_x7Yz",
        "from_number": "+12025550123",
        "to_number": "+12025550100",
        "started_at": NOON,
        "lease_until": NOON + timedelta(seconds=6),
    }
    return CallRecord(**{**values, **changes})

"""Entries to test with."""

from datetime import timedelta
from typing import Any

from bot.records.diary import Event, EventKind, Turn, Usage, Who
from tests.bot.records.records import NOON


def a_turn(second: float = 10, **changes: Any) -> Turn:
    values: dict[str, Any] = {
        "who": Who.ECHO,
        "began_at": NOON + timedelta(seconds=second),
        "ended_at": NOON + timedelta(seconds=second + 3),
        "first_token_s": 0.3,
        "first_sound_s": 0.2,
        "gap_s": 0.75,
    }
    return Turn(**{**values, **changes})


def an_event(kind: EventKind = EventKind.ANSWERED, second: float = 1) -> Event:
    return Event(kind=kind, at=NOON + timedelta(seconds=second))


def some_usage(amount: float = 1000, cost_usd: float | None = 0.002) -> Usage:
    return Usage(
        provider="api.openai.com",
        model="gpt-4o-mini",
        unit="input_text",
        amount=amount,
        cost_usd=cost_usd,
    )

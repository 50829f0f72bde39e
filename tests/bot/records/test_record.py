"""A call's record as a value."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from tests.bot.records.records import a_call

pytestmark = pytest.mark.unit


def test_times_are_kept_in_utc() -> None:
    paris = timezone(timedelta(hours=1))
    call = a_call(answered_at=datetime(2026, 3, 1, 13, 0, tzinfo=paris))
    assert call.answered_at == datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    assert call.answered_at is not None and call.answered_at.tzinfo is UTC


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="answered_at"):
        a_call(answered_at=datetime(2026, 3, 1, 13, 0))


def test_the_repr_shows_no_number() -> None:
    assert "2025550" not in repr(a_call())

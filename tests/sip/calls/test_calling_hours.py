"""Nobody is rung out of bed, wherever they live."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sip.calls.calling_hours import CallingHours, may_call, next_opening, zones_of

pytestmark = pytest.mark.unit

HOURS = CallingHours.parse("09:00-20:00")
WASHINGTON = "+12025550123"
PARIS = "+33142685300"
TOLL_FREE = "+18005550123"  # anywhere from Puerto Rico to Guam
SATELLITE = "+881612345678"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "moment", "open_"),
    [
        (WASHINGTON, "2026-07-01T12:59:59", False),  # 08:59:59 in summer time
        (WASHINGTON, "2026-07-01T13:00:00", True),
        (WASHINGTON, "2026-07-01T23:59:59", True),
        (WASHINGTON, "2026-07-02T00:00:00", False),
        (WASHINGTON, "2026-01-05T13:30:00", False),  # 08:30 in winter time
        (PARIS, "2026-07-01T07:00:00", True),
        (PARIS, "2026-07-01T18:00:00", False),
    ],
)
def test_the_hours_are_those_of_the_callee(number: str, moment: str, open_: bool) -> None:
    assert may_call(number, HOURS, at(moment)) is open_


def test_with_several_zones_it_must_be_decent_in_all_of_them() -> None:
    assert len(zones_of(TOLL_FREE)) > 3
    # Noon in Washington is early morning in Honolulu.
    assert not may_call(TOLL_FREE, HOURS, at("2026-07-01T16:00:00"))


def test_an_unknown_zone_is_called_only_at_all_hours() -> None:
    assert zones_of(SATELLITE) == ()
    noon = at("2026-07-01T12:00:00")
    assert not may_call(SATELLITE, HOURS, noon)
    assert next_opening(SATELLITE, HOURS, noon) is None
    assert may_call(SATELLITE, CallingHours.parse("00:00-24:00"), noon)


def test_the_next_opening_is_the_first_minute_that_is_decent() -> None:
    assert next_opening(WASHINGTON, HOURS, at("2026-07-02T00:00:30")) == at("2026-07-02T13:00:00")
    now = at("2026-07-01T15:00:30")
    assert next_opening(WASHINGTON, HOURS, now) == now


def test_the_night_in_which_the_clock_changes_is_known() -> None:
    # 2026-03-08: New York goes from UTC-5 to UTC-4 at 2 in the morning.
    assert next_opening(WASHINGTON, HOURS, at("2026-03-08T02:00:00")) == at("2026-03-08T13:00:00")


@pytest.mark.parametrize("text", ["9-20", "20:00-09:00", "09:00-09:00", "09:61-20:00", "", "x"])
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must"):
        CallingHours.parse(text)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)), st.sampled_from([WASHINGTON, PARIS])
)
def test_an_opening_is_open_and_the_minute_before_is_not(moment: datetime, number: str) -> None:
    now = moment.replace(tzinfo=UTC)
    opening = next_opening(number, HOURS, now)
    assert opening is not None and may_call(number, HOURS, opening)
    if opening != now:
        assert not may_call(number, HOURS, opening - timedelta(minutes=1))

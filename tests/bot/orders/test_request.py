"""From what an operator typed to an order, by a fixed clock."""

from datetime import UTC, datetime

import pytest
from phonenumbers.timezone import UNKNOWN_TIMEZONE

from bot.orders.request import OutsideHours, Request, limits_of, make_order
from bot.orders.ticket import ordered_call, write_ticket
from bot.records import CostLimits, LineLimits, Order, OrderLimits
from bot.settings import LimitSettings, OutboundSettings
from sip.calls.outbound_trunk import WayOut
from sip.errors import NumberRefused

pytestmark = pytest.mark.unit

WASHINGTON, PARIS, SATELLITE = "+12025550123", "+33142685300", "+881612345678"
WAY_OUT = WayOut("ST_x", "carrier", "+12025550100")
DAY = datetime(2026, 7, 1, 15, 0, tzinfo=UTC)  # 11:00 in Washington
NIGHT = datetime(2026, 7, 2, 2, 0, tzinfo=UTC)


def outbound(**values: object) -> OutboundSettings:
    return OutboundSettings.model_validate(values)


def order(request: Request, settings: OutboundSettings | None = None, now: datetime = DAY) -> Order:
    return make_order(request, WAY_OUT, settings or outbound(), 900.0, now)


def test_what_was_not_asked_for_comes_from_the_settings() -> None:
    made = order(Request("+1 202 555 0123"))
    assert (made.number, made.from_number, made.trunk_id) == (
        WASHINGTON,
        "+12025550100",
        "ST_x",
    )
    assert (made.ring_timeout_s, made.max_call_s, made.asked_at) == (30.0, 900.0, DAY)
    assert "555" not in made.room_name and "555" not in repr(made)
    asked = Request(WASHINGTON, ring_timeout_s=10.0, max_call_s=60.0, idempotency_key="k")
    made = order(asked)
    assert (made.ring_timeout_s, made.max_call_s, made.idempotency_key) == (10.0, 60.0, "k")


def test_by_default_only_the_country_that_is_called_from_is_called() -> None:
    with pytest.raises(NumberRefused, match="FR"):
        order(Request(PARIS))
    abroad = outbound(country_codes="us, fr")
    assert order(Request(PARIS), abroad).number == PARIS


@pytest.mark.parametrize("own", ["12025550100", "storyline", "", "+881612345678"])
def test_a_number_to_call_from_that_belongs_to_no_country_is_said_and_not_guessed(own: str) -> None:
    way_out = WayOut("ST_x", "carrier", own)
    with pytest.raises(NumberRefused, match="STORYLINE_CALL_COUNTRIES"):
        make_order(Request(WASHINGTON), way_out, outbound(), 900.0, DAY)
    named = make_order(Request(WASHINGTON), way_out, outbound(country_codes="us"), 900.0, DAY)
    assert (named.number, named.from_number) == (WASHINGTON, own)


def test_at_night_nobody_is_called_and_it_is_said_when_again() -> None:
    with pytest.raises(OutsideHours, match="again from 2026-07-02 09:00 EDT"):
        order(Request(WASHINGTON), now=NIGHT)
    always = outbound(calling_hours="00:00-24:00")
    assert order(Request(WASHINGTON), always, NIGHT).number == WASHINGTON


def test_satellites_are_not_called_even_when_every_country_is() -> None:
    with pytest.raises(NumberRefused, match="no country"):
        order(Request(SATELLITE), outbound(country_codes="*"))


def test_where_nobody_knows_the_hour_nobody_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    # Every number that is given out today has a zone; those of a new area code may have none yet.
    zones = "phonenumbers.timezone.time_zones_for_number"
    monkeypatch.setattr(zones, lambda number: (UNKNOWN_TIMEZONE,))
    with pytest.raises(NumberRefused, match="time zone") as caught:
        order(Request(WASHINGTON))
    assert not isinstance(caught.value, OutsideHours), "waiting does not help"


def test_the_limits_are_those_of_the_settings() -> None:
    settings = outbound(calls_at_once=3, calls_per_minute=7, per_number_a_day=2)
    line = LimitSettings.model_validate(
        {"calls_per_day": 40, "minutes_per_day": 90, "max_number_cost": 0.5, "max_day_cost": 20}
    )
    assert limits_of(settings, line) == OrderLimits(
        3, 7, 2, LineLimits(40, 90), CostLimits(0.5, 20)
    )


def test_a_ticket_comes_back_as_the_order_it_was_written_for() -> None:
    assert ordered_call(write_ticket("abc")) == "abc"


@pytest.mark.parametrize("metadata", ["", "{}", "[]", "x", '{"outbound_call": 1}', "null"])
def test_whatever_else_a_job_is_told_is_no_order(metadata: str) -> None:
    assert ordered_call(metadata) is None


def test_a_very_long_name_is_cut_to_what_the_database_keeps() -> None:
    assert len(order(Request(WASHINGTON, name="x" * 999)).name or "") == 200

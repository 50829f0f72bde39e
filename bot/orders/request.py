"""What an operator asks for, checked and made an order."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from bot.records import CostLimits, LineLimits, Order, OrderLimits
from bot.settings import LimitSettings, OutboundSettings
from sip.calls.calling_hours import may_call, next_opening, zones_of
from sip.calls.number_rules import callable_number, home_country
from sip.calls.outbound_trunk import WayOut
from sip.errors import NumberRefused

_LONGEST_FACT = 200


class OutsideHours(NumberRefused):
    """It is too early or too late in the day where the callee lives."""


@dataclass(frozen=True)
class Request:
    """A call as it was asked for. What is None comes from the settings.

    `again`: also if the number was called less than a minute ago. `resumes`: the id of the call
    whose story is to go on; number, name and place are then that call's (`Desk.resume`).
    """

    number: str = field(repr=False)
    name: str | None = field(default=None, repr=False)
    location: str | None = field(default=None, repr=False)
    ring_timeout_s: float | None = None
    max_call_s: float | None = None
    idempotency_key: str | None = None
    again: bool = False
    resumes: str | None = None


def make_order(
    request: Request, way_out: WayOut, settings: OutboundSettings, max_call_s: float, now: datetime
) -> Order:
    """Return the order, if our rules allow such a call now.

    Raises NumberRefused, and OutsideHours where waiting helps.

    Whether other calls are in its way is asked later, by the ledger.
    """
    countries = settings.countries
    if countries is None:
        countries = frozenset({home_country(way_out.from_number)})
    number = callable_number(request.number, countries)
    _check_hours(number, settings, now)
    call_id = str(uuid.uuid4())
    return Order(
        call_id=call_id,
        number=number,
        from_number=way_out.from_number,
        trunk_id=way_out.trunk_id,
        # Without the number: room names are in everybody's logs.
        room_name=f"call_{call_id}",
        ring_timeout_s=request.ring_timeout_s or settings.ring_timeout_s,
        max_call_s=request.max_call_s or max_call_s,
        asked_at=now,
        idempotency_key=request.idempotency_key,
        name=_short(request.name),
        location=_short(request.location),
        resumes=request.resumes,
    )


def _short(fact: str | None) -> str | None:
    """What the database keeps; Echo uses far less of it."""
    return fact[:_LONGEST_FACT] if fact else None


def limits_of(settings: OutboundSettings, line: LimitSettings) -> OrderLimits:
    """How much a trunk, a number and the whole line may be asked for."""
    return OrderLimits(
        settings.calls_at_once,
        settings.calls_per_minute,
        settings.per_number_a_day,
        LineLimits(line.calls_per_day, line.minutes_per_day),
        CostLimits(line.max_number_cost, line.max_day_cost),
    )


def _check_hours(number: str, settings: OutboundSettings, now: datetime) -> None:
    hours = settings.hours
    if may_call(number, hours, now):
        return
    zones = zones_of(number)
    if not zones:
        raise NumberRefused("nobody knows its time zone, so the calling hours cannot be kept")
    opening = next_opening(number, hours, now)
    when = f"again from {opening.astimezone(zones[0]):%Y-%m-%d %H:%M %Z}" if opening else "never"
    raise OutsideHours(f"it is outside the calling hours ({hours}) there; {when}")

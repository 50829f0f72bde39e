"""When a person may be called: by the clock on the callee's own wall."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as number_zones

_FORM = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DAY_MIN = 24 * 60
# Hours open and close on whole minutes everywhere, so looking at each minute finds every opening.
# Two days are enough: one for a callee whose zones have just closed, one for a clock change.
_SEARCH_MIN = 2 * _DAY_MIN


@dataclass(frozen=True)
class CallingHours:
    """Opening hours in minutes after midnight; `last` is the first minute that is too late."""

    first_min: int
    last_min: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "09:00-20:00". "00:00-24:00" is always. Raises ValueError."""
        match = _FORM.fullmatch(text.strip())
        if match is None:
            raise ValueError("must look like 09:00-20:00")
        from_h, from_min, to_h, to_min = map(int, match.groups())
        first, last = from_h * 60 + from_min, to_h * 60 + to_min
        if max(from_min, to_min) > 59 or not 0 <= first < last <= _DAY_MIN:
            raise ValueError("must begin before it ends, within one day")
        return cls(first, last)

    @property
    def is_always(self) -> bool:
        return (self.first_min, self.last_min) == (0, _DAY_MIN)

    def contain(self, local: time) -> bool:
        """Whether that time of day is inside."""
        return self.first_min <= local.hour * 60 + local.minute < self.last_min

    def __str__(self) -> str:
        return "-".join(f"{m // 60:02}:{m % 60:02}" for m in (self.first_min, self.last_min))


def zones_of(e164: str) -> tuple[ZoneInfo, ...]:
    """Every time zone in which the owner of the number may live; empty when nothing is known.

    A mobile number or a number without a fixed place has all zones of its country.
    """
    names = number_zones.time_zones_for_number(phonenumbers.parse(e164))
    return tuple(ZoneInfo(name) for name in names if name != number_zones.UNKNOWN_TIMEZONE)


def may_call(e164: str, hours: CallingHours, now: datetime) -> bool:
    """Whether it is a decent hour, everywhere that the callee may be. `now` must be aware.

    A number whose time zone nobody knows is called only when the hours are "always".
    """
    return hours.is_always or _is_open(zones_of(e164), hours, now)


def _is_open(zones: tuple[ZoneInfo, ...], hours: CallingHours, now: datetime) -> bool:
    return bool(zones) and all(hours.contain(now.astimezone(zone).time()) for zone in zones)


def next_opening(e164: str, hours: CallingHours, now: datetime) -> datetime | None:
    """The next moment at which the callee may be called, `now` if that is now.

    None when there is no such moment: the zone is unknown, or the country is so wide that the
    hours never overlap.
    """
    zones = zones_of(e164)
    if hours.is_always or _is_open(zones, hours, now):
        return now
    minute = now.replace(second=0, microsecond=0)
    for ahead in range(1, _SEARCH_MIN + 1):
        moment = minute + timedelta(minutes=ahead)
        if _is_open(zones, hours, moment):
            return moment
    return None

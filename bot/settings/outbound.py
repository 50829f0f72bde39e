"""The settings of outbound calls: whom we may call, when, and how much at once."""

import os
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bot.settings.group import Group, Word
from sip.calls.calling_hours import CallingHours

_EVERY_COUNTRY = "*"
_CPUS = os.cpu_count() or 1


def _hours(value: str) -> str:
    return str(CallingHours.parse(value))


def _countries(value: str) -> str:
    if value.strip() == _EVERY_COUNTRY:
        return _EVERY_COUNTRY
    codes = [code.strip().upper() for code in value.replace(",", " ").split()]
    if not codes or not all(len(code) == 2 and code.isalpha() for code in codes):
        raise ValueError("must be ISO country codes, for example US,CA, or * for all")
    return ",".join(codes)


class OutboundSettings(Group):
    """The calls that we make."""

    trunk: Word | None = Field(
        None,
        alias="STORYLINE_OUTBOUND_TRUNK",
        description="Name of the outbound trunk that calls go out by. Needed only when the "
        "LiveKit project has several.",
    )
    country_codes: Annotated[str, AfterValidator(_countries)] | None = Field(
        None,
        alias="STORYLINE_CALL_COUNTRIES",
        description="Countries that may be called (ISO codes, comma between; * for all). "
        "Default: the country of the number that is called from; calls abroad are what toll fraud "
        "is made of.",
    )
    calling_hours: Annotated[str, AfterValidator(_hours)] = Field(
        "09:00-20:00",
        alias="STORYLINE_CALLING_HOURS",
        description="When people may be called, by their own clock; with several possible time "
        "zones in all of them. 00:00-24:00 is always.",
    )
    calls_at_once: int = Field(
        min(5, 3 * _CPUS),
        ge=1,
        le=1000,
        alias="STORYLINE_CALLS_AT_ONCE",
        description="Outbound calls at the same time on one trunk: as many as the carrier has "
        "lines for you, and at most three quarters of STORYLINE_MAX_CALLS of all workers. Default: "
        "3 per CPU, at most 5.",
    )
    calls_per_minute: int = Field(
        20,
        ge=1,
        le=10000,
        alias="STORYLINE_CALLS_PER_MINUTE",
        description="New outbound calls in a minute on one trunk; carriers block what looks like "
        "a dialling machine.",
    )
    per_number_a_day: int = Field(
        5,
        ge=1,
        le=1000,
        alias="STORYLINE_CALLS_PER_NUMBER",
        description="How often one number is called in a day (the last 24 hours), whatever lists "
        "and keys ask for it.",
    )
    ring_timeout_s: float = Field(
        30,
        ge=5,
        le=75,
        alias="STORYLINE_RING_TIMEOUT_S",
        description="So long an outbound call rings before it is given up; shorter than the 25 to "
        "40 seconds of most mailboxes reaches fewer of them.",
    )

    on_voicemail: Literal["message", "hang_up"] = Field(
        "message",
        alias="STORYLINE_ON_VOICEMAIL",
        description="message: leave a short one on an answering machine. hang_up: say nothing.",
    )

    @property
    def hours(self) -> CallingHours:
        return CallingHours.parse(self.calling_hours)

    @property
    def countries(self) -> frozenset[str] | None:
        """ISO codes, empty for every country; None for that of the number called from."""
        if self.country_codes is None:
            return None
        if self.country_codes == _EVERY_COUNTRY:
            return frozenset()
        return frozenset(self.country_codes.split(","))

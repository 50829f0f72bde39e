"""The settings that bound what callers, and the whole line, can cost."""

import os
from typing import Annotated

from pydantic import Field

from bot.settings.group import Group

_CPUS = os.cpu_count() or 1

Calls = Annotated[int, Field(ge=1, le=100_000)]
Usd = Annotated[float, Field(ge=0.001, le=100_000)]


class LimitSettings(Group):
    """An hour and a day are the last 60 minutes and the last 24 hours."""

    caller_at_once: Calls = Field(
        2,
        alias="STORYLINE_CALLER_AT_ONCE",
        description="Calls at the same time from one number; two, so that whoever was cut off can "
        "ring again at once.",
    )
    caller_per_hour: Calls = Field(
        10, alias="STORYLINE_CALLER_PER_HOUR", description="Calls in an hour from one number."
    )
    caller_per_day: Calls = Field(
        30, alias="STORYLINE_CALLER_PER_DAY", description="Calls in a day from one number."
    )
    withheld_at_once: Calls = Field(
        max(1, 2 * _CPUS),
        alias="STORYLINE_WITHHELD_AT_ONCE",
        description="Calls at the same time by all together who show no number. Default: half of "
        "what a worker takes.",
    )
    withheld_per_hour: Calls = Field(
        60,
        alias="STORYLINE_WITHHELD_PER_HOUR",
        description="Calls in an hour by all together who show no number.",
    )
    withheld_per_day: Calls = Field(
        300,
        alias="STORYLINE_WITHHELD_PER_DAY",
        description="Calls in a day by all together who show no number.",
    )
    calls_per_day: Calls = Field(
        1000,
        alias="STORYLINE_CALLS_PER_DAY",
        description="Calls in a day, in both directions together; those that we make may fill "
        "three quarters.",
    )
    minutes_per_day: Calls = Field(
        3000,
        alias="STORYLINE_MINUTES_PER_DAY",
        description="Minutes of conversation in a day, likewise: bounds what a day can cost.",
    )
    max_number_cost: Usd | None = Field(
        None,
        alias="STORYLINE_MAX_CALLER_COST_PER_DAY",
        description="USD that the calls with one number may cost in a day, in both directions "
        "together, by the price table.",
    )
    max_day_cost: Usd | None = Field(
        None,
        alias="STORYLINE_MAX_COST_PER_DAY",
        description="USD that all calls together may cost in a day; those that we make may use up "
        "three quarters.",
    )

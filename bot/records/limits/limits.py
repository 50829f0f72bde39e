"""The limits, as values. An hour and a day are the last 60 minutes and the last 24 hours."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Limit(StrEnum):
    """Which limit is reached; the value is what an operator reads."""

    CALLER_AT_ONCE = "calls of one number at once"
    CALLER_PER_HOUR = "calls of one number in an hour"
    CALLER_PER_DAY = "calls of one number in a day"
    WITHHELD_AT_ONCE = "calls without a number at once"
    WITHHELD_PER_HOUR = "calls without a number in an hour"
    WITHHELD_PER_DAY = "calls without a number in a day"
    CALLS_PER_DAY = "calls of the whole line in a day"
    MINUTES_PER_DAY = "minutes of the whole line in a day"
    NUMBER_COST_PER_DAY = "cost of one number in a day"
    COST_PER_DAY = "cost of the whole line in a day"

    @property
    def is_the_lines(self) -> bool:
        """Whoever had called would have been turned away."""
        return self in (Limit.CALLS_PER_DAY, Limit.MINUTES_PER_DAY, Limit.COST_PER_DAY)


@dataclass(frozen=True)
class CallerLimits:
    """How many calls one number may have, or all together that show none."""

    at_once: int
    per_hour: int
    per_day: int


@dataclass(frozen=True)
class LineLimits:
    """How much the whole line may have in a day, in both directions together."""

    calls_per_day: int
    minutes_per_day: int

    @property
    def for_our_calls(self) -> "LineLimits":
        """What calls that we make may fill: a quarter is left to those who ring."""
        return LineLimits(self.calls_per_day * 3 // 4, self.minutes_per_day * 3 // 4)


@dataclass(frozen=True)
class CostLimits:
    """What calls may cost in a day, in USD: those of one number in both directions, and all."""

    per_number: float | None = None
    per_day: float | None = None

    @property
    def for_our_calls(self) -> "CostLimits":
        """What calls that we make may use up: a quarter of the day is left to those who ring."""
        day = self.per_day
        return CostLimits(self.per_number, None if day is None else day * 3 / 4)


@dataclass(frozen=True)
class InboundLimits:
    """What is asked of a call that comes in. No call lasts longer than `longest_call_s`: what
    seems to go on after it was left behind by a process that died.
    """

    caller: CallerLimits
    withheld: CallerLimits
    line: LineLimits
    longest_call_s: float
    costs: CostLimits = CostLimits()


@dataclass(frozen=True)
class OrderLimits:
    """What is asked of a call that we make: of its trunk (calls at the same time, new ones in a
    minute), of the number that is called (in a day), of the whole line, and what it may cost.
    """

    at_once: int
    per_minute: int
    per_number_a_day: int
    line: LineLimits
    costs: CostLimits = CostLimits()

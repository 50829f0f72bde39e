"""A caller who said yes to being remembered."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.records.record import keep_utc


@dataclass(frozen=True, kw_only=True)
class ToldStory:
    """One story of a caller's. `line` is empty while it has not been told to its end."""

    premise: str
    line: str = ""
    told_at: datetime

    def __post_init__(self) -> None:
        keep_utc(self)


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """One of the people who call from a number, and what they were told, the oldest first; no word
    of theirs. `called` tells them apart: the first of their names, as it is compared.
    """

    number: str = field(repr=False)
    called: str = field(repr=False)
    name: str = field(repr=False)
    location: str = field(repr=False)
    heard_at: datetime
    told: tuple[ToldStory, ...] = ()

    def __post_init__(self) -> None:
        keep_utc(self)

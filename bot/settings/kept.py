"""The settings of what is kept of a call, and of what it costs."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, FilePath

from bot.money.prices import PriceError, PriceTable
from bot.settings.group import Group


def _price_table(path: Path) -> Path:
    try:
        PriceTable.load(path)
    except PriceError as error:
        raise ValueError(f"is not a price table: {error}") from error
    return path


class KeptSettings(Group):
    """What is kept of a call beside its record, and what it costs."""

    keep_words_days: float = Field(
        0,
        ge=0,
        le=3650,
        alias="STORYLINE_KEEP_WORDS_DAYS",
        description="So long what was said is kept in the database; older words are removed at "
        "the start and every night. 0: never written down.",
    )
    resume_minutes: float = Field(
        15,
        ge=0,
        le=1440,
        alias="STORYLINE_RESUME_MINUTES",
        description="So long after a call that broke off in its story its words are kept, and a "
        "caller with the same number is offered to go on. 0: neither.",
    )
    record: Literal["0", "1"] = Field(
        "0",
        alias="STORYLINE_RECORD",
        description="1: both sides of every call are recorded; Echo says so first, and deletes the "
        "recording of a caller who objects.",
    )
    recordings_dir: Path = Field(
        Path("recordings"),
        alias="STORYLINE_RECORDINGS_DIR",
        description="The folder of the recordings, one file for each call; nothing else belongs in "
        "it.",
    )
    keep_recordings_days: float = Field(
        30,
        ge=1,
        le=3650,
        alias="STORYLINE_KEEP_RECORDINGS_DAYS",
        description="So long a recording is kept; older ones are removed at the start and every "
        "night.",
    )
    memory: Literal["ask", "never"] = Field(
        "ask",
        alias="STORYLINE_MEMORY",
        description="ask: at the end of a story Echo asks once whether she may remember the caller "
        "(number, name, place, one line a story) for the next call. never: she asks nobody, and "
        "knows nobody.",
    )
    memory_days: float = Field(
        365,
        ge=1,
        le=3650,
        alias="STORYLINE_MEMORY_DAYS",
        description="Whoever said yes to being remembered and has not called for so many days is "
        "forgotten.",
    )
    prices: Annotated[FilePath, AfterValidator(_price_table)] | None = Field(
        None,
        alias="STORYLINE_PRICES",
        description="File with prices of your own (a contract, another model), in the form of "
        "bot/money/prices.yaml; its rows come before ours.",
    )

    @property
    def records(self) -> bool:
        return self.record == "1"

    @property
    def unfinished(self) -> timedelta:
        """How long a story that broke off is kept."""
        return timedelta(minutes=self.resume_minutes)

    @property
    def keeps_unfinished(self) -> bool:
        return self.resume_minutes > 0

    @property
    def keeps_words(self) -> bool:
        return self.keep_words_days > 0

"""What stands in the roster. Times are aware."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.records.record import keep_utc


class Act(StrEnum):
    """What a watch did."""

    ENDED_DEAD = "ended_dead"  # a call's process had died: hung up, record closed
    TAKEN_OVER = "taken_over"  # a call's process had died: another one was asked to go on
    ASKED_AGAIN = "asked_again"  # no worker had taken a call: offered once more
    BUSY_TONE = "busy_tone"  # and none came: the caller got the busy tone
    HUNG_UP = "hung_up"  # a telephone that nobody talked to


@dataclass(frozen=True, kw_only=True)
class Acted:
    """One act. A call that no worker took has no record, and no id."""

    act: Act
    at: datetime
    call_id: str | None = None

    def __post_init__(self) -> None:
        keep_utc(self)


@dataclass(frozen=True, kw_only=True)
class WorkerSeen:
    """A worker as it last described itself."""

    worker_id: str
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime
    calls: int
    max_calls: int
    is_ready: bool
    is_blind: bool

    def __post_init__(self) -> None:
        keep_utc(self)

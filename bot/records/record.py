"""What is remembered of one call."""

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


class Direction(StrEnum):
    """Who began the call. `WEB`: a browser in the room, no telephone."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    WEB = "web"


class EndReason(StrEnum):
    """Why the call is over."""

    STORY_FINISHED = "story_finished"  # told, or stopped at the caller's wish; goodbye was said
    CALLER_HUNG_UP = "caller_hung_up"
    SILENCE = "silence"
    TIME_LIMIT = "time_limit"
    PROVIDER_FAILURE = "provider_failure"
    WORKER_SHUTDOWN = "worker_shutdown"
    VOICEMAIL = "voicemail"  # an answering machine; what it was told is a setting
    SCREENED = "screened"  # a call screener, and nobody came to the line
    LIMIT_REACHED = "limit_reached"  # turned away; `error` says by which limit
    OPERATOR_HUNG_UP = "operator_hung_up"  # make-call was told to end the call
    CRASHED = "crashed"  # the call's process died, or its worker did
    NEVER_ANSWERED = "never_answered"  # the caller gave up while it rang, or nobody took our call
    FAILED = "failed"  # a fault of our own; `error` says which


class Who(StrEnum):
    """Who spoke, or speaks."""

    CALLER = "caller"
    ECHO = "echo"


class AgentReached(StrEnum):
    """How far the conversation came."""

    NONE = "none"
    INTRO = "intro"
    STORY = "story"


def utc_now() -> datetime:
    """The wall clock, aware."""
    return datetime.now(UTC)


def keep_utc(value: "DataclassInstance") -> None:
    """Turn every time of a frozen dataclass to UTC, from its `__post_init__`.

    Raises ValueError for a time without a time zone.
    """
    for each in fields(value):
        time = getattr(value, each.name)
        if isinstance(time, datetime):
            if time.tzinfo is None:
                raise ValueError(f"{each.name} has no time zone")
            object.__setattr__(value, each.name, time.astimezone(UTC))


@dataclass(frozen=True, kw_only=True)
class CallRecord:
    """One call. Every time is aware and kept in UTC; a naive one raises ValueError.

    A call whose `ended_at` is None is open: its process renews `lease_until` for as long as it
    lives, and says within a beat who is `speaking`. Numbers and the room's name (it holds the
    caller's number) stay out of the repr.
    """

    call_id: str
    direction: Direction
    room_name: str = field(repr=False)
    started_at: datetime
    from_number: str | None = field(default=None, repr=False)
    to_number: str | None = field(default=None, repr=False)
    sip_call_id: str | None = None
    job_id: str | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: EndReason | None = None
    agent_reached: AgentReached = AgentReached.NONE
    turns: int = 0
    lease_until: datetime | None = None
    error: str | None = None
    speaking: Who | None = None
    speaking_since: datetime | None = None

    def __post_init__(self) -> None:
        keep_utc(self)

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

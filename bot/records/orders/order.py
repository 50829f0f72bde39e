"""A call that somebody asked us to make, and how far it came."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.records.record import keep_utc
from sip.calls.outcome import Outcome


class OrderState(StrEnum):
    """How far an order is. It only ever moves down this list; each step is taken once.

    From DIALING on the telephone may have rung, whatever happened afterwards: an order that has
    been there is never dialled again.
    """

    QUEUED = "queued"  # written down; no job has it yet
    TAKEN = "taken"  # a job has it and prepares the storyteller
    READY = "ready"  # the storyteller could speak at once
    DIALING = "dialing"  # written before the INVITE is sent
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


class BlockedBy(StrEnum):
    """Who entered a number in the do-not-call list."""

    OPERATOR = "operator"
    CALLEE = "callee"


@dataclass(frozen=True, kw_only=True)
class Order:
    """One call to be made. Times are aware; numbers and names stay out of the repr.

    `call_id` is that of the call's record as well. `outcome` is known before the order has ended
    when somebody answered. `sip_status` is the callee's final answer where there was one.
    `resumes`: the call whose story this one goes on with; without that story nobody is dialled.
    """

    call_id: str
    number: str = field(repr=False)
    from_number: str = field(repr=False)
    trunk_id: str
    room_name: str
    ring_timeout_s: float
    max_call_s: float
    asked_at: datetime
    idempotency_key: str | None = None
    name: str | None = field(default=None, repr=False)
    location: str | None = field(default=None, repr=False)
    resumes: str | None = None
    state: OrderState = OrderState.QUEUED
    job_id: str | None = None
    cancel_asked: bool = False
    outcome: Outcome | None = None
    sip_status: int | None = None
    detail: str | None = None
    taken_at: datetime | None = None
    dialed_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None

    def __post_init__(self) -> None:
        keep_utc(self)

    @property
    def has_ended(self) -> bool:
        return self.state is OrderState.ENDED


@dataclass(frozen=True)
class Blocked:
    """One entry of the do-not-call list."""

    number: str = field(repr=False)
    since: datetime
    by: BlockedBy

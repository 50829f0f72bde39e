"""One message to another system: about one call, sent until it is taken or three days are over."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.records.record import keep_utc


class LetterState(StrEnum):
    """WAITING is due at `next_at`; the others are final unless somebody sends it again."""

    WAITING = "waiting"
    TAKEN = "taken"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """`letter_id` is the same however often it is sent. `last_answer` is without the address."""

    call_id: str
    letter_id: str
    written_at: datetime
    next_at: datetime
    state: LetterState = LetterState.WAITING
    attempts: int = 0
    taken_at: datetime | None = None
    last_answer: str | None = None

    def __post_init__(self) -> None:
        keep_utc(self)

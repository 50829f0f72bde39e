"""The table of the outbox: one row a call, written in the transaction that closes its record."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, Text

from bot.records.outbox.letter import LetterState
from bot.records.table import UtcDateTime, metadata, words

# The diary of the call is written a moment after its record.
_DIARY_S = 3

letters = Table(
    "webhooks",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("letter_id", String(64), nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("state", words(LetterState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("taken_at", UtcDateTime),
    Column("last_answer", Text),
)
# Asked every second: which of all that ever were are due?
Index("ix_webhooks_due", letters.c.state, letters.c.next_at)


def new_row(call_id: str, ended_at: datetime) -> dict[str, Any]:
    """The letter about a call that ends now; its id is made of the call's, so there is one."""
    return {
        "call_id": call_id,
        "letter_id": f"msg_{call_id}",
        "written_at": ended_at,
        "next_at": ended_at + timedelta(seconds=_DIARY_S),
        "state": LetterState.WAITING,
        "attempts": 0,
    }

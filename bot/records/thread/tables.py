"""The table of threads, and which of them outlive their call for some minutes."""

from datetime import datetime

from sqlalchemy import Column, ColumnElement, Integer, String, Table, Text, exists

from bot.records.record import EndReason
from bot.records.table import UtcDateTime, calls, metadata

threads = Table(
    "call_threads",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("deaths", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
)

# After these the story may be gone on with. Not after a whole story, nor when its time or money was
# used up (it was brought home, and the limit bounds what a caller costs), nor when an operator
# ended it. A call that reached nobody has a story only if it had been asked to go on with one.
BROKEN_OFF = frozenset(
    {
        EndReason.CALLER_HUNG_UP,
        EndReason.CRASHED,
        EndReason.FAILED,
        EndReason.NEVER_ANSWERED,
        EndReason.PROVIDER_FAILURE,
        EndReason.SCREENED,
        EndReason.SILENCE,
        EndReason.VOICEMAIL,
        EndReason.WORKER_SHUTDOWN,
    }
)


def broke_off_since(since: datetime) -> ColumnElement[bool]:
    """Of a thread: whether its call ended later than `since`, and not by its story's end."""
    ended = calls.alias()
    return exists().where(
        ended.c.call_id == threads.c.call_id,
        ended.c.end_reason.in_(BROKEN_OFF),
        ended.c.ended_at > since,
    )

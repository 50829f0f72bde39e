"""What is remembered of the calls: one row each, from the first moment to the end."""

from bot.records.errors import DatabaseUnavailable, RecordsError, SchemaError
from bot.records.migrate import migrate
from bot.records.record import AgentReached, CallRecord, Direction, EndReason, utc_now
from bot.records.recorder import CallRecorder
from bot.records.store import CallStore

__all__ = [
    "AgentReached",
    "CallRecord",
    "CallRecorder",
    "CallStore",
    "DatabaseUnavailable",
    "Direction",
    "EndReason",
    "RecordsError",
    "SchemaError",
    "migrate",
    "utc_now",
]

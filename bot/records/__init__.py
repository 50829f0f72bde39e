"""What is remembered of the calls: one row each, from the first moment to the end."""

from bot.records.errors import (
    DatabaseUnavailable,
    NotNow,
    NumberBusy,
    OrderRefused,
    RecordsError,
    SchemaError,
    TrunkBusy,
)
from bot.records.ledger import Ledger
from bot.records.migrate import migrate
from bot.records.order import Blocked, BlockedBy, Order, OrderState, TrunkLimits
from bot.records.record import AgentReached, CallRecord, Direction, EndReason, utc_now
from bot.records.recorder import CallRecorder
from bot.records.records import Records
from bot.records.store import CallStore

__all__ = [
    "AgentReached",
    "Blocked",
    "BlockedBy",
    "CallRecord",
    "CallRecorder",
    "CallStore",
    "DatabaseUnavailable",
    "Direction",
    "EndReason",
    "Ledger",
    "NotNow",
    "NumberBusy",
    "Order",
    "OrderRefused",
    "OrderState",
    "Records",
    "RecordsError",
    "SchemaError",
    "TrunkBusy",
    "TrunkLimits",
    "migrate",
    "utc_now",
]

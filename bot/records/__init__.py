"""What is remembered of the calls: one row each, from the first moment to the end."""

from bot.records.errors import (
    DatabaseUnavailable,
    OrderRefused,
    RecordsError,
    SchemaError,
    TrunkBusy,
)
from bot.records.ledger import Ledger
from bot.records.migrate import check_tables, migrate
from bot.records.order import Blocked, BlockedBy, Order, OrderState, TrunkLimits
from bot.records.record import AgentReached, CallRecord, Direction, EndReason, utc_now
from bot.records.recorder import CallRecorder
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
    "Order",
    "OrderRefused",
    "OrderState",
    "RecordsError",
    "SchemaError",
    "TrunkBusy",
    "TrunkLimits",
    "check_tables",
    "migrate",
    "utc_now",
]

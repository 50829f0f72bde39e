"""What is remembered of the calls: one row each, from the first moment to the end."""

from bot.records.errors import (
    DatabaseUnavailable,
    NotNow,
    NotToday,
    NumberBusy,
    OrderRefused,
    RecordsError,
    SchemaError,
    TrunkBusy,
)
from bot.records.limits import (
    CallerLimits,
    CostLimits,
    Gate,
    InboundLimits,
    Limit,
    LineLimits,
    OrderLimits,
    Refusal,
)
from bot.records.migrate import migrate
from bot.records.orders.ledger import Ledger
from bot.records.orders.order import Blocked, BlockedBy, Order, OrderState
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
    "CallerLimits",
    "CostLimits",
    "DatabaseUnavailable",
    "Direction",
    "EndReason",
    "Gate",
    "InboundLimits",
    "Ledger",
    "Limit",
    "LineLimits",
    "NotNow",
    "NotToday",
    "NumberBusy",
    "Order",
    "OrderLimits",
    "OrderRefused",
    "OrderState",
    "Records",
    "RecordsError",
    "Refusal",
    "SchemaError",
    "TrunkBusy",
    "migrate",
    "utc_now",
]

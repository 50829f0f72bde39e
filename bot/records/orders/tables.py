"""The tables of outbound calls: what was asked for, and who must not be called."""

from dataclasses import fields
from typing import Any

from sqlalchemy import Boolean, Column, Float, Index, Integer, Row, String, Table, Text

from bot.records.orders.order import BlockedBy, Order, OrderState
from bot.records.table import UtcDateTime, metadata, words
from sip.calls.outcome import Outcome

orders = Table(
    "outbound_calls",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("idempotency_key", String(255), unique=True),
    Column("number", String(16), nullable=False),
    Column("from_number", String(64), nullable=False),
    Column("trunk_id", String(64), nullable=False),
    Column("room_name", String(255), nullable=False),
    Column("name", String(200)),
    Column("location", String(200)),
    Column("resumes", String(36)),
    Column("ring_timeout_s", Float, nullable=False),
    Column("max_call_s", Float, nullable=False),
    Column("state", words(OrderState), nullable=False),
    Column("job_id", String(64)),
    Column("cancel_asked", Boolean, nullable=False),
    Column("outcome", words(Outcome)),
    Column("sip_status", Integer),
    Column("detail", Text),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("taken_at", UtcDateTime),
    Column("dialed_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
)
# Asked before each call: was this number dialled a moment ago, what is the trunk doing.
Index("ix_outbound_calls_number", orders.c.number, orders.c.asked_at)
Index("ix_outbound_calls_trunk", orders.c.trunk_id, orders.c.asked_at)
Index("ix_outbound_calls_state", orders.c.state, orders.c.trunk_id)

do_not_call = Table(
    "do_not_call",
    metadata,
    Column("number", String(16), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("by", words(BlockedBy), nullable=False),
)


def to_row(order: Order) -> dict[str, Any]:
    return {each.name: getattr(order, each.name) for each in fields(order)}


def from_row(row: Row[Any]) -> Order:
    return Order(**row._mapping)

"""The `calls` table, and how a record becomes a row of it."""

from dataclasses import fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Enum,
    Index,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    Text,
    TypeDecorator,
    and_,
    or_,
)

from bot.records.record import AgentReached, CallRecord, Direction, EndReason, Who


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC on the way in and out; SQLite, which knows no time zones, keeps it without."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def words(kind: type[StrEnum]) -> Enum:
    """A plain text column: a new word must not need a migration of every row."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=32,
        values_callable=lambda members: [str(member.value) for member in members],
    )


metadata = MetaData()

calls = Table(
    "calls",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("direction", words(Direction), nullable=False),
    Column("from_number", String(64)),
    Column("to_number", String(64)),
    Column("room_name", String(255), nullable=False),
    Column("sip_call_id", String(255)),
    Column("job_id", String(64)),
    Column("started_at", UtcDateTime, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("end_reason", words(EndReason)),
    Column("agent_reached", words(AgentReached), nullable=False),
    Column("turns", Integer, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("error", Text),
    Column("speaking", words(Who)),
    Column("speaking_since", UtcDateTime),
    Index("ix_calls_started_at", "started_at"),
    Index("ix_calls_ended_at", "ended_at"),
    # Asked before each call is answered: how many has this number had? Also for `forget` and the
    # desk.
    Index("ix_calls_from_number", "from_number", "started_at"),
    Index("ix_calls_to_number", "to_number", "started_at"),
    # What the desk is asked for among very many calls, the newest first.
    Index("ix_calls_direction", "direction", "started_at"),
    Index("ix_calls_end_reason", "end_reason", "started_at"),
    Index("ix_calls_agent_reached", "agent_reached", "started_at"),
)
# The guardian asks with every poll for the few calls that are open, among all that ever were.
Index(
    "ix_calls_open",
    calls.c.call_id,
    sqlite_where=calls.c.ended_at.is_(None),
    postgresql_where=calls.c.ended_at.is_(None),
)


def theirs(number: str) -> ColumnElement[bool]:
    """The calls from or to this number, as the other end's; not as the line's own."""
    outbound = calls.c.direction == Direction.OUTBOUND
    return or_(
        and_(outbound, calls.c.to_number == number), and_(~outbound, calls.c.from_number == number)
    )


def to_row(record: CallRecord) -> dict[str, Any]:
    return {each.name: _fitting(each.name, getattr(record, each.name)) for each in fields(record)}


def _fitting(name: str, value: Any) -> Any:
    """`value`, cut where PostgreSQL would refuse the row: a carrier may write what it likes."""
    kind = calls.c[name].type
    is_text = isinstance(value, str) and not isinstance(value, StrEnum)
    return value[: kind.length] if is_text and isinstance(kind, String) else value


def from_row(row: Row[Any]) -> CallRecord:
    return CallRecord(**row._mapping)

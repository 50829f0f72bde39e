"""The tables of the roster. Nothing of a call depends on them."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from bot.records.roster.entries import Act
from bot.records.table import UtcDateTime, metadata, words

workers = Table(
    "workers",
    metadata,
    Column("worker_id", String(36), primary_key=True),
    Column("host", String(255), nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("max_calls", Integer, nullable=False),
    Column("is_ready", Boolean, nullable=False),
    Column("is_blind", Boolean, nullable=False),
)

acts = Table(
    "watch_acts",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("act", words(Act), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("call_id", String(36)),
)
Index("ix_watch_acts_at", acts.c.at)

"""The table of threads. A call needs none of it while its process lives."""

from sqlalchemy import Column, Integer, String, Table, Text

from bot.records.table import UtcDateTime, metadata

threads = Table(
    "call_threads",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("deaths", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
)

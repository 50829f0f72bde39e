"""The tables of what is remembered: people by number and name, and the stories told to them.

Old programs know nothing of them and lose nothing by it.
"""

from sqlalchemy import Column, Index, String, Table, Text

from bot.records.table import UtcDateTime, metadata

callers = Table(
    "remembered_callers",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("called", String(100), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("location", String(100), nullable=False),
    Column("heard_at", UtcDateTime, nullable=False),
)
stories = Table(
    "told_stories",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("called", String(100), primary_key=True),
    Column("premise", String(64), primary_key=True),
    Column("line", Text, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
)
# Which of all that are remembered have not been heard of for long?
Index("ix_remembered_callers_heard_at", callers.c.heard_at)

TABLES = (stories, callers)

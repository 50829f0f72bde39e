"""The tables of the diaries. Old programs know nothing of them and lose nothing by it."""

from sqlalchemy import Boolean, Column, Float, Index, Integer, String, Table, Text

from bot.records.diary.entries import EventKind
from bot.records.record import Who
from bot.records.table import UtcDateTime, metadata, words

# No foreign keys: a diary may be written before its record, when the database was away.
turns = Table(
    "call_turns",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("who", words(Who), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("end_of_turn_s", Float),
    Column("transcription_s", Float),
    Column("first_token_s", Float),
    Column("first_sound_s", Float),
    Column("gap_s", Float),
    Column("interrupted", Boolean, nullable=False),
    Column("filled", Boolean, nullable=False),
    Column("apologised", Boolean, nullable=False),
    Column("words", Text),
)
# Figures of a day and a week; words that have been kept long enough.
Index("ix_call_turns_began_at", turns.c.began_at, turns.c.gap_s)
# Calls with a slow turn.
Index("ix_call_turns_gap_s", turns.c.gap_s, turns.c.call_id)

events = Table(
    "call_events",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", words(EventKind), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("detail", Text),
)

usage = Table(
    "call_usage",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("provider", String(100), primary_key=True),
    Column("model", String(100), primary_key=True),
    Column("unit", String(32), primary_key=True),
    Column("amount", Float, nullable=False),
    Column("cost_usd", Float),
)

# Calls whose caller wanted to be forgotten: what limits need of them stays until then.
to_forget = Table(
    "calls_to_forget",
    metadata,
    Column("call_id", String(36), primary_key=True),
    Column("forget_at", UtcDateTime, nullable=False),
)

TABLES = (turns, events, usage)

"""What happened in a call, beside its record: turns, events, and what was used of which model."""

from bot.money.bill import Usage
from bot.records.diary.diaries import CallDiary, Diaries
from bot.records.diary.diary import Diary
from bot.records.diary.entries import Entry, Event, EventKind, Turn
from bot.records.record import Who

__all__ = [
    "CallDiary",
    "Diaries",
    "Diary",
    "Entry",
    "Event",
    "EventKind",
    "Turn",
    "Usage",
    "Who",
]

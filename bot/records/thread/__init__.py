"""The thread of a call: what was said, and where the story stands."""

from bot.records.thread.entries import SURVIVED, Said, Thread
from bot.records.thread.tables import BROKEN_OFF
from bot.records.thread.threads import Threads, is_ticket
from bot.records.thread.unfinished import Unfinished, UnfinishedStories

__all__ = [
    "BROKEN_OFF",
    "SURVIVED",
    "Said",
    "Thread",
    "Threads",
    "Unfinished",
    "UnfinishedStories",
    "is_ticket",
]

"""The thread of a call in progress: what was said, and where the story stands."""

from bot.records.thread.entries import Said, Thread
from bot.records.thread.threads import Threads, is_ticket

__all__ = ["Said", "Thread", "Threads", "is_ticket"]

"""Which workers there are, and what the watches did: for people who look, never for a call."""

from bot.records.roster.entries import Act, Acted, WorkerSeen
from bot.records.roster.roster import Roster

__all__ = ["Act", "Acted", "Roster", "WorkerSeen"]

"""What is to be told to others of a call that has ended, until they have taken it."""

from bot.records.outbox.letter import Letter, LetterState
from bot.records.outbox.outbox import Outbox

__all__ = ["Letter", "LetterState", "Outbox"]

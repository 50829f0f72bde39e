"""What a caller has allowed to be remembered of them: a name, a place, one line for each story."""

from bot.records.memory.memories import Memories
from bot.records.memory.remembered import Remembered, ToldStory

__all__ = ["Memories", "Remembered", "ToldStory"]

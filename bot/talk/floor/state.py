"""Who has the word."""

from enum import Enum, auto


class State(Enum):
    """Who has the word."""

    LISTENING = auto()  # nobody owes anything: the caller's turn
    OWING = auto()  # an answer is due and not heard yet
    SPEAKING = auto()  # Echo's voice is heard
    HELD = auto()  # somebody else has the word: a screener, who is not the caller
    ENDING = auto()  # the last words

"""What a key of the telephone means, from what Echo has asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bot.talk.turns.question import Asked, last_question, what_was_asked, without_leads
from bot.talk.turns.words import word_list, words_of


class Wish(Enum):
    """What a caller who presses a key wants."""

    ANSWER = auto()  # say something without having to say it: `words`
    AGAIN = auto()  # hear the question once more: `words`, where Echo has asked one
    END = auto()  # stop here
    NOTHING = auto()  # no choice was offered, or the key has no meaning


@dataclass(frozen=True, slots=True)
class Meaning:
    """A wish, and the words that belong to it: the caller's, or Echo's own question."""

    wish: Wish
    words: str = ""


NO_MEANING = Meaning(Wish.NOTHING)
SLOWER = "Please speak more slowly, and tell me the last part again."
_NO_FACTS = "I would rather not say. Please go on without it."
# The keys that mean something at all. The others are not worth falling silent for.
KEYS = frozenset("120*#")

_OPENERS = word_list("openers")
_SIDES = re.compile(r"[,;:—–]|\bor\b", re.IGNORECASE)
# "Left, where the tower stands, or right": no option of its own.
_ASIDES = frozenset({"where", "which", "who", "whose", "that", "with", "while", "when"})
_ASKER = re.compile(
    r"^(?:\w+(?:n't)? )(?:(?:we|you|he|she|they|it|i) )?(?:(?:rather|like to|want to) )?"
)


def meaning_of(key: str, said: Sequence[str]) -> Meaning:
    """Return what `key` means after Echo has `said` this since the caller's last words.

    A choice stays open while Echo only asks whether somebody is there.
    """
    match key:
        case "1" | "2":
            return _chosen(int(key) - 1, said)
        case "0":
            asked = (last_question(each) for each in reversed(said))
            return Meaning(Wish.AGAIN, next((question for question in asked if question), ""))
        case "*":
            return Meaning(Wish.ANSWER, SLOWER)
        case "#":
            return Meaning(Wish.END)
    return NO_MEANING


def _chosen(index: int, said: Sequence[str]) -> Meaning:
    asked = [(what_was_asked(each).asked, each) for each in reversed(said)]
    choice = next((each for kind, each in asked if kind is Asked.CHOICE), None)
    if choice is not None:
        found = options(last_question(choice) or "")
        number = ("first", "second")[index]
        detail = f": {found[index]}" if index < len(found) else ""
        return Meaning(Wish.ANSWER, f"The {number} one{detail}.")
    match next((kind for kind, _ in asked if kind is not Asked.NOTHING), Asked.NOTHING):
        case Asked.YES_OR_NO:
            return Meaning(Wish.ANSWER, ("Yes.", "No.")[index])
        case Asked.NAME | Asked.PLACE | Asked.NAME_AND_PLACE if index == 0:
            return Meaning(Wish.ANSWER, _NO_FACTS)
    return NO_MEANING


def options(question: str) -> tuple[str, ...]:
    """Return what a question with an "or" offers, in its order, in small letters."""
    sides = [without_leads(words_of(side)) for side in _SIDES.split(question)]
    sides = [side for side in sides if side and side[0] not in _ASIDES]
    # "Now, Peter, do you go left or right?": the question begins where it asks.
    begins = next((i for i, side in enumerate(sides) if side[0] in _OPENERS), 0)
    return tuple(_without_asker(side) for side in sides[begins:])


def _without_asker(side: tuple[str, ...]) -> str:
    text = " ".join(side)
    return (_ASKER.sub("", text, count=1) or text) if side[0] in _OPENERS else text

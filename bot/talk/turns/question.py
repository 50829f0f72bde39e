"""What Echo has asked, from her own last words."""

import re
from dataclasses import dataclass
from enum import Enum

from bot.talk.turns.words import word_list, words_of


class Asked(Enum):
    """The kinds of answer that Echo can be waiting for."""

    NAME = "name"
    PLACE = "place"
    NAME_AND_PLACE = "name and place"
    YES_OR_NO = "yes or no"
    CHOICE = "choice"
    THING = "thing"  # which animal? what colour? how many?
    OPEN = "open"  # anything, from a word to a story
    NOTHING = "nothing"  # Echo asked nothing, or has not spoken yet


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked. `options` are the words that tell a choice's options apart."""

    asked: Asked
    options: frozenset[str] = frozenset()


NO_QUESTION = Question(Asked.NOTHING)

_SENTENCES = re.compile(r"[^.!?]*[.!?]+|[^.!?]+$")
_NAME = re.compile(
    r"\b(your (?:first |full |own )?name|who (?:is|am i|are you|do i)\b"
    r"|(?:what|how) (?:may|can|should|shall|do) i call you)"
)
_PLACE = re.compile(
    r"\bwhere (?:are you|you are|do you (?:live|call)|you(?:'re| are)? call|is home|you live)"
    r"|\b(?:which|what) (?:town|city|place|country|village)\b(?= (?:are you|do you))"
)
_THING = re.compile(
    r"\b(?:which|how (?:many|much|old|far|long)|what (?:kind|sort|colou?r|name|animal|time)"
    r"|what do you (?:call|name)|who (?:comes|goes|opens|waits))\b"
)
_OPENERS = word_list("openers")
_LEADS = word_list("leads")
_WEAK = word_list("weak")
_GOODBYES = word_list("goodbyes")


def what_was_asked(said: str) -> Question:
    """Return what the last question in `said` asks for.

    Several questions in one breath ("your name, and where you are") are one question.
    """
    question = last_question(said)
    if question is None:
        return NO_QUESTION
    text = " ".join(words_of(question))
    name, place = bool(_NAME.search(text)), bool(_PLACE.search(text))
    if name or place:
        if name and place:
            return Question(Asked.NAME_AND_PLACE)
        return Question(Asked.NAME if name else Asked.PLACE)
    words = without_leads(words_of(question))
    if "or" in words:
        return Question(Asked.CHOICE, _options(words))
    if words and words[0] in _OPENERS:
        return Question(Asked.YES_OR_NO)
    return Question(Asked.THING if _THING.search(text) else Asked.OPEN)


def takes_leave(said: str) -> bool:
    """Whether Echo has said goodbye in her last two sentences, and asks nothing any more."""
    last = " ".join(_sentences(said)[-2:])
    return last_question(said) is None and not _GOODBYES.isdisjoint(words_of(last))


def last_question(said: str) -> str | None:
    """The question that Echo stopped on; one that she talked on after for long is over."""
    for back, sentence in enumerate(reversed(_sentences(said))):
        if sentence.endswith("?"):
            return sentence
        if back == 1:
            break
    return None


def _sentences(said: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCES.findall(said) if words_of(sentence)]


def without_leads(words: tuple[str, ...]) -> tuple[str, ...]:
    """`words` from where the question itself begins: without "and now"."""
    for index, word in enumerate(words):
        if word not in _LEADS:
            return words[index:]
    return ()


def _options(words: tuple[str, ...]) -> frozenset[str]:
    """The words that belong to one side of the "or" only: "left", "right"; not "door"."""
    split = len(words) - 1 - words[::-1].index("or")
    before, after = set(words[:split]) - _WEAK, set(words[split + 1 :]) - _WEAK
    return frozenset((before ^ after) - _OPENERS)

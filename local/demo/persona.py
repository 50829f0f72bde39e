"""Maria from Lisbon, who answers whatever Echo asks: rules on words, no model."""

from __future__ import annotations

import re
from itertools import cycle

STILL_THERE = "Hello? Are you still there?"

_SENTENCE = re.compile(r"[^.?!]+[.?!]?")
_CHOICE = re.compile(
    r"^(?:so |and |now )?do you (?P<first>.+?),? or (?P<second>.+)$", re.IGNORECASE
)
_EITHER = re.compile(r"^(?P<first>.+?),? or (?P<second>.+)$", re.IGNORECASE)
_OPEN_QUESTIONS = (
    (r"\banimal\b", "A little red fox."),
    (r"\b(call|name)\b", "Let us call it Pepper."),
    (r"\b(bag|thing|bring|what is it)\b", "A silver lantern."),
    (r"\b(shall|would you like|do you want|ready|go on)\b", "Yes, please."),
)


class Persona:
    """One caller's answers. Keeps only which of two offered ways she took last."""

    def __init__(self, name: str = "Maria", place: str = "Lisbon") -> None:
        self._name = name
        self._place = place
        self._ways = cycle(("first", "second"))

    def answer(self, heard: str) -> str | None:
        """What she says to this; None when nothing was asked and she goes on listening."""
        question = _last_question(heard)
        if question is None:
            return None
        introduction = self._introduce(question.lower())
        if introduction is not None:
            return introduction
        choice = _CHOICE.match(question) or _EITHER.match(question)
        if choice is not None:
            return (
                f"I {choice[next(self._ways)]}."
                if "do you" in question.lower()
                else (f"{choice[next(self._ways)]}.".capitalize())
            )
        for pattern, answer in _OPEN_QUESTIONS:
            if re.search(pattern, question.lower()):
                return answer
        return "Yes, go on."

    def _introduce(self, question: str) -> str | None:
        asks_name = "your name" in question
        asks_place = (
            re.search(r"\bwhere\b.*\b(calling|from|are you|you're)\b", question) is not None
        )
        if asks_name and asks_place:
            return f"Hello Echo, I am {self._name}, and I am calling from {self._place}."
        if asks_name:
            return f"My name is {self._name}."
        if asks_place:
            return f"I am calling from {self._place}."
        return None


def _last_question(heard: str) -> str | None:
    """The words of the last sentence that ends with a question mark, without the mark."""
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(heard)]
    questions = [sentence for sentence in sentences if sentence.endswith("?")]
    return questions[-1].rstrip("?").strip() if questions else None

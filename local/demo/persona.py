"""Maria from Lisbon, who answers whatever Echo asks: rules on words, no model."""

import re
from itertools import cycle

STILL_THERE = "Hello? Are you still there?"

_SENTENCE = re.compile(r"[^.?!]+[.?!]?")
_CHOICE = re.compile(
    r"(?:.*\b(?P<asked>do you) )?(?P<first>.+?),? or (?P<second>.+)", re.IGNORECASE
)
# "Do you wish for yourself, or for somebody else?" is not answered by "I for somebody else".
_NO_VERB = re.compile(r"(for|in|on|at|to|as|by|with|once|twice|the|a|an|your|where|who|what)\b")
_FAREWELL = re.compile(r"\b(good ?bye|good ?night|sleep well|sweet dreams)\b", re.IGNORECASE)
_ONE_MORE = r"\b(another|one more) story\b"
_OPEN_QUESTIONS = (
    (_ONE_MORE, "No, thank you. That was lovely."),
    (r"\b(remember|next time)\b", "Yes, please do."),
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
        choice = _CHOICE.fullmatch(question)
        if choice is not None:
            return self._choose(choice, next(self._ways))
        return _open_answer(question) or "Yes, go on."

    def guess(self, heard: str) -> str | None:
        """What she says when Echo waits and no question was heard: her ears may have missed the
        question's beginning, and with it the mark. None when it was a farewell."""
        sentences = _SENTENCE.findall(heard)
        last = sentences[-1].strip(" .?!") if sentences else ""
        if not last or _FAREWELL.search(last):
            return None
        introduction = self._introduce(last.lower())
        if introduction is not None:
            return introduction
        choice = _CHOICE.fullmatch(last)
        if choice is not None:
            return self._choose(choice, "second")
        return _open_answer(last) or "Yes, go on."

    def _choose(self, choice: re.Match[str], which: str) -> str:
        way = choice[which]
        is_deed = choice["asked"] and not _NO_VERB.match(way)
        return f"I {way}." if is_deed else f"{way[0].upper()}{way[1:]}."

    def _introduce(self, question: str) -> str | None:
        if re.search(_ONE_MORE, question):  # "Maria, would ..." sounds like "where are you ..."
            return None
        asks_name = re.search(r"\b(ask|what is|what's|have) your name\b", question) is not None
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


def _open_answer(question: str) -> str | None:
    for pattern, answer in _OPEN_QUESTIONS:
        if re.search(pattern, question.lower()):
            return answer
    return None


def _last_question(heard: str) -> str | None:
    """The words of the last sentence that ends with a question mark, without the mark."""
    sentences = [sentence.strip() for sentence in _SENTENCE.findall(heard)]
    questions = [sentence for sentence in sentences if sentence.endswith("?")]
    return questions[-1].rstrip("?").strip() if questions else None

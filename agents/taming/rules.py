"""Whether Echo reads out what she was told to do."""

import re
from functools import cache

from agents.prompts import load_prompt
from agents.taming.words import words_in

# So many words in a row are no chance. "A warm storyteller on the telephone" may be said.
_WORDS = 8
# What Echo may say as it stands: a question, or what is between quotation marks.
_EXAMPLE = re.compile(r"\"[^\"\n]*\"|[^.:!?\n]*\?")
# Longer than eight words of any language that is told stories in.
_TAIL_CHARS = 300


class Rules:
    """Listens to one answer, piece by piece."""

    def __init__(self) -> None:
        self._tail = ""

    def are_in(self, piece: str) -> bool:
        """Whether the answer up to the end of `piece` has eight words in a row of the rules.

        The plan of the story is not among them, nor is what they give as an example.
        """
        self._tail = (self._tail + piece)[-_TAIL_CHARS:]
        return tells_rules(self._tail)


def tells_rules(said: str) -> bool:
    """Whether so many words in a row are the rules'."""
    return not _rows(said).isdisjoint(_secrets())


@cache
def _secrets() -> frozenset[tuple[str, ...]]:
    nobody = dict.fromkeys(("name", "location", "plan"), "")
    told_by = ("intro", "intro_callee", "intro_known", "returning", "story")
    texts = [load_prompt(name, **nobody) for name in told_by]
    lines = (_EXAMPLE.sub("\n", line) for text in texts for line in text.splitlines())
    return frozenset(row for line in lines for part in line.split("\n") for row in _rows(part))


def _rows(text: str) -> set[tuple[str, ...]]:
    words = words_in(text)
    return {tuple(words[at : at + _WORDS]) for at in range(len(words) - _WORDS + 1)}

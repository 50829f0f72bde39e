"""One story as it was told, turn by turn, whatever it was read from."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from agents.stories import Premise

Speaker = Literal["caller", "echo"]

_SENTENCE = re.compile(r"[^.?!]+[.?!]*")
_OR = re.compile(r",? or ")


@dataclass(frozen=True)
class Said:
    """What one side said in one turn."""

    who: Speaker
    words: str


@dataclass(frozen=True)
class Exchange:
    """What the caller said, and what Echo told upon it."""

    question: str
    answer: str
    told: str


@dataclass(frozen=True)
class Telling:
    """The story's part of a call: from Echo's first words of it to her last before the goodbye.

    `caller` tells callers apart and is never shown. `name`, `place` and `premise` are empty and
    None where they are not known.
    """

    said: tuple[Said, ...]
    caller: str
    name: str = ""
    place: str = ""
    premise: Premise | None = None

    @property
    def turns(self) -> list[str]:
        """Echo's."""
        return [each.words for each in self.said if each.who == "echo"]

    @property
    def exchanges(self) -> list[Exchange]:
        """Every answer of the caller's that Echo went on from."""
        three = zip(self.said, self.said[1:], self.said[2:], strict=False)
        return [
            Exchange(asked.words, answer.words, told.words)
            for asked, answer, told in three
            if (asked.who, answer.who, told.who) == ("echo", "caller", "echo")
        ]


def joined(said: list[Said]) -> tuple[Said, ...]:
    """The same with what one side said in several pieces made one."""
    found: list[Said] = []
    for each in said:
        if found and found[-1].who == each.who:
            found[-1] = Said(each.who, f"{found[-1].words} {each.words}")
        else:
            found.append(each)
    return tuple(found)


def sentences(text: str) -> list[str]:
    return [each.strip() for each in _SENTENCE.findall(text) if re.search(r"\w", each)]


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", text.lower().replace("’", "'"))


def question(turn: str) -> str:
    """The last sentence, if it asks something; else ""."""
    last = (sentences(turn) or [""])[-1]
    return last if last.endswith("?") else ""


def options(turn: str) -> tuple[str, str] | None:
    """The two things that the turn's question offers; None when it offers none."""
    parts = _OR.split(question(turn))
    return (parts[0], parts[1]) if len(parts) == 2 else None


def content(text: str) -> set[str]:
    """The stems of the words that a phrase is about."""
    return {stem(each) for each in words(text) if each not in word_list("empty")}


def stem(word: str) -> str:
    """A word without its ending, so that "climb" is found in "climbing"."""
    word = word.removesuffix("'s")
    for ending in ("ing", "ed", "ly", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word.removesuffix("e") if len(word) > 3 else word


@cache
def word_list(name: str) -> frozenset[str]:
    text = files(__package__).joinpath("words.toml").read_text("utf-8")
    return frozenset(str(tomllib.loads(text)[name]).split())

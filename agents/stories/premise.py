"""One premise: what a story is about, and the seven steps it takes."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

BEATS = (6, 8)
ENDINGS = 2
# Of a sentence of the plan: the model has to keep all of it in mind while it talks.
_MAX_WORDS = 25
# Of the plan as a whole.
MAX_PLAN_WORDS = 230
# Read by people, and spoken: letters, and what ends or parts a sentence.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z ,.;:'-]*")

_SENTENCES = ("title", "want", "obstacle", "planted", "returns", "told")


class BadPremise(ValueError):
    """A premise that cannot be told by; says the file, the key, what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One turn of the plan. `signs`: words of which one is heard when it has been told."""

    tell: str
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Premise:
    """A story that can be told to anybody, anywhere.

    `planted` is met early and `returns` says how it comes back; `signs` are its words. `told` is
    the one line that is remembered of it: what the hero did, in a sentence that begins with "you".
    """

    id: str
    title: str
    want: str
    obstacle: str
    planted: str
    returns: str
    told: str
    signs: tuple[str, ...]
    endings: tuple[str, ...]
    beats: tuple[Beat, ...]

    @property
    def plan(self) -> str:
        """The premise as instructions: one thing a line."""
        beats = " ".join(f"{n}. {beat.tell}" for n, beat in enumerate(self.beats, 1))
        return "\n".join(
            (
                f"Story: {self.title}",
                f"The caller wants: {self.want}",
                f"In the way: {self.obstacle}",
                f"Plant early: {self.planted}",
                f"It returns: {self.returns}",
                f"Beats: {beats}",
                f"Ends: {' Or: '.join(self.endings)}",
            )
        )

    @classmethod
    def parse(cls, premise_id: str, text: str) -> Self:
        """Read one file. Raises BadPremise."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadPremise(f"{premise_id}.toml: not TOML: {error}") from error
        reader = _Reader(f"{premise_id}.toml", data)
        premise = cls(
            id=premise_id,
            **{name: reader.sentence(name) for name in _SENTENCES},
            signs=reader.signs(data, "signs"),
            endings=reader.sentences("endings", ENDINGS),
            beats=reader.beats(),
        )
        reader.refuse_strangers({*_SENTENCES, "signs", "endings", "beats"})
        if not premise.told.startswith("you "):
            raise reader.bad("told", 'does not begin with "you"')
        words = len(premise.plan.split())
        if words > MAX_PLAN_WORDS:
            raise reader.bad("beats", f"the plan has {words} words, at most {MAX_PLAN_WORDS} fit")
        return premise


@dataclass(frozen=True)
class _Reader:
    """One file's values, checked as they are taken."""

    file: str
    data: Mapping[str, Any]

    def bad(self, key: str, what: str) -> BadPremise:
        return BadPremise(f"{self.file}: {key}: {what}. See agents/stories/premise.py.")

    def sentence(self, key: str) -> str:
        return self._sentence(key, self.data.get(key))

    def sentences(self, key: str, count: int) -> tuple[str, ...]:
        found = self.data.get(key)
        if not isinstance(found, list) or len(found) != count:
            raise self.bad(key, f"must be {count} sentences in a list")
        return tuple(self._sentence(key, each) for each in found)

    def signs(self, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
        found = data.get("signs")
        if not isinstance(found, list) or not found:
            raise self.bad(key, "must be a list of words that are heard when it is told")
        for each in found:
            if not isinstance(each, str) or not each.islower() or not each.isalpha():
                raise self.bad(key, f"{each!r} is not one word in lower case")
        return tuple(found)

    def beats(self) -> tuple[Beat, ...]:
        found = self.data.get("beats")
        least, most = BEATS
        if not isinstance(found, list) or not least <= len(found) <= most:
            raise self.bad("beats", f"must be {least} to {most} tables")
        beats = []
        for number, each in enumerate(found, 1):
            key = f"beats[{number}]"
            if not isinstance(each, dict) or set(each) != {"tell", "signs"}:
                raise self.bad(key, "must be a table with tell and signs")
            beats.append(Beat(self._sentence(f"{key}.tell", each["tell"]), self.signs(each, key)))
        return tuple(beats)

    def refuse_strangers(self, known: set[str]) -> None:
        if strangers := sorted(set(self.data) - known):
            raise self.bad(strangers[0], "is not a part of a premise")

    def _sentence(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.bad(key, "must be a sentence, and is missing or empty")
        if not _PLAIN.fullmatch(value):
            raise self.bad(key, "holds something that is neither a letter nor punctuation")
        if len(value.split()) > _MAX_WORDS:
            raise self.bad(key, f"has more than {_MAX_WORDS} words")
        return value

"""The two facts a story is made of, cleaned of what does not belong in a model's instructions."""

import unicodedata
from dataclasses import dataclass
from typing import Self

NEUTRAL_NAME = "friend"
NEUTRAL_LOCATION = "a place of your own"

_MAX_WORDS = 6
_MAX_CHARS = 60
_PUNCTUATION = frozenset(" -'.,’")


def clean_fact(value: str) -> str:
    """Return `value` as one short line of words, or "" when nothing usable is in it.

    The value comes from a model that listened to a stranger, and goes into the instructions of
    the next model. So only letters, marks, digits and name punctuation survive, on one line.
    Names and places have at most six words ("San Miguel de Allende in Mexico"): anything longer
    is a sentence, not a name, and is dropped whole rather than cut into something half-said.
    """
    folded = unicodedata.normalize("NFKC", value)
    kept = "".join(c if _belongs_in_a_name(c) else " " for c in folded)
    words = [word for word in kept.split() if any(c.isalnum() for c in word)]
    line = " ".join(words).strip(" -.,")
    if len(words) > _MAX_WORDS or len(line) > _MAX_CHARS:
        return ""
    return line


def _belongs_in_a_name(char: str) -> bool:
    return char in _PUNCTUATION or unicodedata.category(char)[0] in "LMN"


@dataclass(frozen=True, slots=True)
class StoryData:
    """Who the story is about and where it happens. Both are always fit to be spoken."""

    name: str
    location: str

    @property
    def has_name(self) -> bool:
        """Whether the caller told one."""
        return self.name != NEUTRAL_NAME

    @property
    def told_location(self) -> str:
        """The place as it was told; "" where it was not."""
        return "" if self.location == NEUTRAL_LOCATION else self.location

    @classmethod
    def from_caller(cls, name: str, location: str) -> Self:
        """Build the data from what the caller told; what is missing or unusable becomes neutral."""
        return cls(
            name=clean_fact(name) or NEUTRAL_NAME,
            location=clean_fact(location) or NEUTRAL_LOCATION,
        )

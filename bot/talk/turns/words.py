"""The words of a transcript, and what single words tell about turns. English only."""

import re
import tomllib
from importlib.resources import files

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_LISTS: dict[str, str] = tomllib.loads(
    files(__package__).joinpath("english.toml").read_text(encoding="utf-8")
)


def word_list(name: str) -> frozenset[str]:
    """Return a list of `english.toml`: its words, or its lines where phrases are listed."""
    text = _LISTS[name]
    is_phrases = name.endswith(("phrases", "thoughts"))
    return frozenset(text.strip().splitlines() if is_phrases else text.split())


FILLERS = word_list("fillers")
BACKCHANNELS = word_list("backchannels")
_BACKCHANNEL_PHRASES = word_list("backchannel_phrases")
_BACKCHANNEL_WORDS = 3


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of `text` in small letters, without punctuation."""
    return tuple(word.replace("’", "'") for word in _WORD.findall(text.lower()))


def is_backchannel(text: str) -> bool:
    """Whether a listener says this to encourage the speaker: "mm-hm", "oh, wow", "I see"."""
    words = words_of(text)
    if not words or len(words) > _BACKCHANNEL_WORDS:
        return False
    return " ".join(words) in _BACKCHANNEL_PHRASES or all(word in BACKCHANNELS for word in words)


def is_same(one: str, other: str) -> bool:
    """Whether two transcripts hold the same words, however they are written."""
    return words_of(one) == words_of(other)

"""Cut a name or a place out of a sentence, and tell whether it can be one."""

import re
from dataclasses import dataclass

from local.storyteller.phrases import is_rude, plain
from local.storyteller.places import is_known_place
from local.storyteller.vocabulary import word_list

MAX_NAME_WORDS = 3
MAX_PLACE_WORDS = 6
MAX_WORD_CHARS = 24

_TOKEN = re.compile(r"\s*([,.!?;:]|[^\s,.!?;:]+)")
_WORD = re.compile(r"[^\W_]+(?:['.-][^\W_]+)*")
_SMALL_WORDS = word_list("small_words")
_NAME_STOPS = word_list("name_stops")
_PLACE_STOPS = word_list("place_stops")
_FILLERS = word_list("fillers")
_NOT_VALUES = word_list("not_values")
_NOT_PLACES = word_list("not_places")


@dataclass(frozen=True)
class Value:
    """A value and the part of the text (with the words that led to it) it was found in."""

    text: str
    start: int
    end: int


def name_after(text: str, lead: re.Match[str]) -> Value | None:
    words, end = _words_after(text, lead.end(), _NAME_STOPS, MAX_NAME_WORDS)
    name = as_name(" ".join(words))
    return Value(name, lead.start(), end) if name else None


def place_after(text: str, lead: re.Match[str]) -> Value | None:
    """A place may go on behind a comma ("Austin, Texas") when what follows is one too."""
    own = re.match(r"my (?!name)", text[lead.end() :], re.IGNORECASE)
    begin = lead.end() + (own.end() if own else 0)
    words, end = _words_after(text, begin, _PLACE_STOPS, MAX_PLACE_WORDS)
    place = as_place(" ".join((["your"] if own else []) + words))
    if place is None:
        return None
    following = re.match(r",\s*", text[end:])
    if following:
        more, more_end = _words_after(text, end + following.end(), _PLACE_STOPS, MAX_PLACE_WORDS)
        if is_known_place(" ".join(more)):
            return Value(f"{place}, {as_place(' '.join(more))}", lead.start(), more_end)
    return Value(place, lead.start(), end)


def _words_after(text: str, begin: int, stops: frozenset[str], limit: int) -> tuple[list[str], int]:
    words: list[str] = []
    end = begin
    for token in _TOKEN.finditer(text, begin):
        word = token[1]
        if not _WORD.fullmatch(word) or word.lower() in stops or len(words) == limit:
            break
        words.append(word)
        end = token.end()
    return words, end


def as_name(text: str) -> str | None:
    """The text as a name, or None when it cannot be one."""
    words = text.split()
    if not 1 <= len(words) <= MAX_NAME_WORDS or is_rude(plain(text)):
        return None
    for word in words:
        if word.lower() in _NOT_VALUES or len(word) > MAX_WORD_CHARS:
            return None
        if not _WORD.fullmatch(word) or any(map(str.isdigit, word)):
            return None
    return _in_title_case(text)


def as_place(text: str) -> str | None:
    """The text as a place, or None when it cannot be one."""
    words = text.replace(",", " ").split()
    if not 1 <= len(words) <= MAX_PLACE_WORDS or is_rude(plain(text)):
        return None
    named = [word.lower() for word in words if word.lower() not in _SMALL_WORDS | {"your"}]
    if not named or not _NOT_PLACES.isdisjoint(named):
        return None
    if any(word in _NOT_VALUES - {"little", "old", "good", "great"} for word in named):
        return None
    if any(len(word) > MAX_WORD_CHARS or not _WORD.fullmatch(word) for word in words):
        return None
    return _in_title_case(text)


def bare_pieces(text: str) -> list[str]:
    """What is left between the commas when the words that mean nothing here are gone."""
    pieces = (_without_fillers(piece.split()) for piece in re.split(r"[,.!?;:]+(?=\s|$)", text))
    return [" ".join(words) for words in pieces if words]


def _without_fillers(words: list[str]) -> list[str]:
    while words and words[0].lower() in _FILLERS:
        words = words[1:]
    while words and words[-1].lower() in _FILLERS:
        words = words[:-1]
    return words


def without_spelling(text: str) -> str:
    """ "Maria with an i" without the help."""
    return re.sub(r",?\s*\b(?:with|spelled|spelt)\b.*$", "", text, flags=re.IGNORECASE)


def _in_title_case(text: str) -> str:
    """Whisper writes "maria" or "Maria"; what has capitals inside ("McDonald") is left alone."""
    words = text.split()
    if words[0].lower() in ("a", "an", "the", "your"):
        return " ".join([words[0].lower(), *words[1:]])  # described, not named
    return " ".join(_capital(word, first=not index) for index, word in enumerate(words))


def _capital(word: str, *, first: bool) -> str:
    if not first and word.lower() in _SMALL_WORDS:
        return word.lower()
    if word.islower() or (word.isupper() and len(word) > 3):
        return "-".join(part.capitalize() for part in word.split("-"))
    return word

"""Learn a caller's name and place from what they say, corrections and refusals included."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal

from local.storyteller.phrases import is_noise, is_rude, plain
from local.storyteller.places import is_known_place
from local.storyteller.smalltalk import is_question
from local.storyteller.values import (
    Value,
    as_name,
    as_place,
    bare_pieces,
    name_after,
    place_after,
    without_spelling,
)

Kind = Literal["name", "place"]
NAME: Kind = "name"
PLACE: Kind = "place"
BOTH: frozenset[Kind] = frozenset({NAME, PLACE})

_MARKER = re.compile(
    r"(?:^|[\s,.;!?-])(?:no,? wait|no,? sorry|no|nope|sorry|i mean|i meant|actually|oh wait|"
    r"wait|correction|i said|make that|not quite|that's wrong|that is wrong)(?=[\s,.;!?-]|$)",
    re.IGNORECASE,
)
_NEGATED = re.compile(
    r"[,\s]*\b(?:and |but )?not (?:in |from |called )?(?:the )?([^\W\d_]+(?:[ '-][^\W\d_]+)?)\b"
    r"(?=\s*(?:[,.;!?]|but|$))",
    re.IGNORECASE,
)
_STRONG_NAME = re.compile(
    r"\b(?:my (?:first |full |real )?name(?: is|'s|s)|(?:the )?name(?: is|'s)|"
    r"(?:i'm|i am) called|call me|i go by)\s+(?:actually |just )?",
    re.IGNORECASE,
)
_WEAK_NAME = re.compile(r"\b(?:i'm|i am|im|this is|here is)\s+(?:called )?", re.IGNORECASE)
_EITHER = re.compile(r"\b(?:it's|it is|its|that's|that is)\s+(?:actually )?", re.IGNORECASE)
_PLACE = re.compile(
    r"\b(?:from|(?:in|near|outside|at)(?! all)|"
    r"(?:place|city|town|village|country|location)(?: is|'s))\s+(?:in |near |at )?",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"\b(rather not|prefer not|not (going to|gonna|telling|saying|giving)|"
    r"(won t|will not|don t want to|do not want to|wouldn t like to|can t) (tell|say|give|share)|"
    r"(don t|do not) want to$|none of your business|no comment|skip|private|secret|anonymous|"
    r"no name|(doesn t|does not) matter|not important|not your business|no thank|no thanks|pass|"
    r"do i have to|leave (that|it) out|my own business|never mind|nevermind)\b"
)
_LONE_REFUSAL = re.compile(r"(oh |um |well )*(no|nope|nah|now|neither|no no|i m not|i won t)")
_REFUSED_NAME = re.compile(r"\b(name|call me|who i am)\b")
_REFUSED_PLACE = re.compile(r"\b(where|place|location|from|city|town|live|living|address)\b")
_SIMILAR_RATIO = 0.6


@dataclass(frozen=True)
class Facts:
    """What is known of the caller: None is unknown, "" is refused."""

    name: str | None = None
    place: str | None = None

    def missing(self) -> frozenset[Kind]:
        known = {NAME: self.name, PLACE: self.place}
        return frozenset(kind for kind in BOTH if known[kind] is None)


def learn(known: Facts, text: str, asked: frozenset[Kind]) -> Facts:
    """What is known after the caller has said `text` in answer to a question for `asked`."""
    words = plain(text)
    if is_noise(words) or is_rude(words):
        return known
    refused = _refused(words, asked & known.missing())
    facts = known
    for segment, corrects in _segments(_tidy(text)):
        facts = _learn_segment(facts, segment, asked, corrects, bare=not refused)
    if NAME in refused and facts.name is None:
        facts = replace(facts, name="")
    if PLACE in refused and facts.place is None:
        facts = replace(facts, place="")
    return facts


def _tidy(text: str) -> str:
    """One kind of apostrophe, no stage directions, spelled letters put together."""
    text = re.sub(r"\[[^\]]*\]|\([^)]*\)", " ", text.replace("’", "'"))
    text = re.sub(r"\bU\.\s?S\.(?:\s?A\.?)?", "USA", text)
    text = re.sub(r"\bU\.\s?K\.?", "UK", text)
    text = re.sub(r"\bD\.\s?C\.?", "DC", text)
    text = re.sub(r"\b(St|Mt|Ft|Dr)\.", r"\1", text)

    def join(letters: re.Match[str]) -> str:
        return re.sub(r"[^\w]", "", letters[0]).capitalize()

    return re.sub(r"\b(?:[A-Za-z](?:\. ?|, ?|-|\s)){2,}[A-Za-z]\b(?!')", join, text)


def _segments(text: str) -> Iterator[tuple[str, bool]]:
    """The parts before and after each "no", "actually", "I said"; True for a part after one."""
    start, corrects = 0, False
    for marker in _MARKER.finditer(text):
        yield text[start : marker.start()], corrects
        start, corrects = marker.end(), True
    yield text[start:], corrects


def _learn_segment(
    facts: Facts, segment: str, asked: frozenset[Kind], corrects: bool, *, bare: bool
) -> Facts:
    denied = _NEGATED.search(segment)
    if denied:
        segment = segment[: denied.start()] + "," + segment[denied.end() :]
        corrects = True
    kind = _kind_of_denied(facts, denied[1]) if denied else None
    found = _explicit(facts, segment, corrects)
    if found.name or found.place:
        facts = replace(facts, name=found.name or facts.name, place=found.place or facts.place)
        segment = found.rest
    either = _EITHER.search(segment)
    if either:
        segment = segment[either.end() :]
    if not bare or is_question(plain(segment)):
        return facts
    pieces = bare_pieces(without_spelling(segment))
    if not pieces:
        return facts
    place_again = found.place is not None and is_known_place(pieces[0])
    if corrects and found.name is None and not place_again:
        corrected = _correct(facts, pieces, asked, kind, spelled="with a" in segment)
        if corrected is not None:
            return corrected
    return _learn_bare(facts, pieces, asked)


@dataclass(frozen=True)
class _Found:
    name: str | None
    place: str | None
    rest: str


def _explicit(facts: Facts, segment: str, corrects: bool) -> _Found:
    """What is said with words like "my name is" and "from", and the text without it."""
    rest = segment
    name = _first(_STRONG_NAME, rest, name_after)
    if name is None:
        weak = _first(_WEAK_NAME, rest, name_after)
        if weak and (not facts.name or corrects or _similar(weak.text, facts.name)):
            name = weak
    if name is not None:
        rest = rest[: name.start] + ", " + rest[name.end :]
    place = _first(_PLACE, rest, place_after)
    if place is not None:
        rest = rest[: place.start] + ", " + rest[place.end :]
    return _Found(name.text if name else None, place.text if place else None, rest)


def _first(
    lead: re.Pattern[str], text: str, value_after: Callable[[str, re.Match[str]], Value | None]
) -> Value | None:
    values = (value_after(text, match) for match in lead.finditer(text))
    return next((value for value in values if value is not None), None)


def _correct(
    facts: Facts, pieces: list[str], asked: frozenset[Kind], kind: Kind | None, spelled: bool
) -> Facts | None:
    """Facts with one of the known ones replaced, or None when this is no correction."""
    piece = pieces[0]
    if kind is None:
        kind = _kind_of_correction(facts, piece, asked, spelled)
    if kind == PLACE and (place := as_place(", ".join(pieces))):
        return replace(facts, place=place)
    if kind == NAME and (name := as_name(piece)):
        return replace(facts, name=name)
    return None


def _kind_of_correction(
    facts: Facts, piece: str, asked: frozenset[Kind], spelled: bool
) -> Kind | None:
    if is_known_place(piece):
        return PLACE
    if spelled and facts.name:
        return NAME
    if _similar(piece, facts.place):
        return PLACE
    if _similar(piece, facts.name):
        return NAME
    if facts.name:
        return NAME  # "actually it's Bob": nothing else is known that could be wrong
    return PLACE if facts.place and NAME not in asked else None


def _learn_bare(facts: Facts, pieces: list[str], asked: frozenset[Kind]) -> Facts:
    """Values said without any words around them: "Maria", "Maria, Lisbon", "Lisbon, Portugal"."""
    wanted = asked & facts.missing()
    if wanted == {PLACE}:
        if _similar(pieces[0], facts.name) and not is_known_place(pieces[0]):
            name = as_name(pieces[0])
            facts = replace(facts, name=name or facts.name)  # said again: it was misheard
            pieces = [piece for piece in pieces if not _similar(piece, facts.name)]
        return replace(facts, place=as_place(", ".join(pieces)) or facts.place)
    if NAME not in wanted:
        return facts
    pieces = _split_off_place(pieces)
    if PLACE in facts.missing():
        for first in range(len(pieces)):
            if is_known_place(pieces[first]):
                place = as_place(", ".join(_places_in_a_row(pieces[first:])))
                facts = replace(facts, place=place)
                pieces = pieces[:first]
                break
    if not pieces:
        return facts
    name = as_name(pieces[0])
    if name and wanted == BOTH and facts.place is None and len(pieces) > 1:
        facts = replace(facts, place=as_place(", ".join(pieces[1:])))
    return replace(facts, name=name or facts.name)


def _split_off_place(pieces: list[str]) -> list[str]:
    """ "Maria Lisbon" is a name and a place."""
    words = pieces[0].split()
    for count in range(1, len(words)):
        place = " ".join(words[count:])
        if is_known_place(place):
            return [" ".join(words[:count]), place, *pieces[1:]]
    return pieces


def _places_in_a_row(pieces: list[str]) -> list[str]:
    """ "Lisbon", "Portugal" but not the name that may follow."""
    count = 1
    while count < len(pieces) and is_known_place(pieces[count]):
        count += 1
    return pieces[:count]


def _kind_of_denied(facts: Facts, denied: str) -> Kind | None:
    if _similar(denied, facts.name):
        return NAME
    if _similar(denied, facts.place) or is_known_place(denied):
        return PLACE
    return None


def _refused(words: str, asked: frozenset[Kind]) -> frozenset[Kind]:
    """The facts that the caller does not want to tell, of those that were asked for."""
    if _LONE_REFUSAL.fullmatch(words):
        return asked
    refusal = _REFUSAL.search(words)
    if refusal is None:
        return frozenset()
    named: set[Kind] = set()
    if _REFUSED_NAME.search(words):
        named.add(NAME)
    if _REFUSED_PLACE.search(words[refusal.start() :]):
        named.add(PLACE)
    return (frozenset(named) or asked) & BOTH


def _similar(one: str, other: str | None) -> bool:
    if not other:
        return False
    ratio = SequenceMatcher(None, one.lower(), other.lower()).ratio()
    return ratio >= _SIMILAR_RATIO

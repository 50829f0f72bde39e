"""What the caller's words mean to the scene that asked for them."""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher

from local.storyteller.phrases import is_no, is_rude, is_undecided, is_yes, plain
from local.storyteller.story_data import NO_WORD, YES_WORD, AnswerKind, Scene
from local.storyteller.values import as_name, bare_pieces

MAX_ANSWER_WORDS = 3
FUZZY_FROM_CHARS = 5
# A word of five letters may have one wrong: recognizers confuse single sounds.
FUZZY_RATIO = 0.8

_LEAD = re.compile(
    r"^((i|we|you) (think|guess|believe|choose|pick|take|want|see|meet|say|have|bring|brought|"
    r"would (say|like|take|pick)|d (like|take|say|pick)|ll (take|say)|will take|found|find)|"
    r"(let s|let us|lets|ll|will|would|shall|d) (call|name|say|take|it be|him|her|it|them)"
    r"( it| him| her| them)?|"
    r"(it|he|she|that|this|there|they) (is|s|was|has|would be|might be|must be|looks like)|"
    r"(its|it s|his|her|the) name is|some (sort|kind) of|of course|how about|what about|"
    r"i|we|call|name|is|maybe|perhaps|probably|definitely|um|uh|oh|well|so|hm|okay|yes|yeah|"
    r"please|like|it|him|her|called|named|at|a|an|the|my|some|just|really|one|only|with|and) (?=\S)"
)
_TAIL = re.compile(
    r" (please|i think|i guess|maybe|of course|i suppose|thank you|thanks|then|is fine)$"
)


def chosen(scene: Scene, words: str, filled: Mapping[str, str]) -> str | None:
    """The scene that the words choose, or None when they choose nothing or everything."""
    kept = re.sub(r"\b(first|second) one\b", r"\1", _without_denied(words))
    scores = {
        choice.to: sum(
            _mentions(kept, plain(word.format_map(filled)))
            for word in choice.words
            if not word.startswith("@")
        )
        for choice in scene.choices
    }
    best = max(scores.values(), default=0)
    winners = [scene_id for scene_id, score in scores.items() if score == best]
    if best > 0:
        return winners[0] if len(winners) == 1 else None
    for choice in scene.choices:
        if YES_WORD in choice.words and is_yes(words):
            return choice.to
        if NO_WORD in choice.words and is_no(words):
            return choice.to
    return None


def free_answer(kind: AnswerKind, text: str) -> str | None:
    """A few words fit to be woven into the story, or None when there is nothing to use."""
    words = plain(text)
    if is_rude(words) or is_undecided(words):
        return None
    for known in kind.known:
        if re.search(rf"\b{known}s?\b", words):
            return _with_adjective(words, known)
    core = _strip(words)
    if not core or is_yes(core) or is_no(core):
        return None
    if kind.kind == "name":
        pieces = bare_pieces(core)
        return as_name(pieces[0].title()) if pieces else None
    return core if len(core.split()) <= MAX_ANSWER_WORDS else None


def is_known_answer(kind: AnswerKind, words: str) -> bool:
    return any(re.search(rf"\b{known}s?\b", words) for known in kind.known)


def _strip(words: str) -> str:
    previous = None
    while words != previous:
        previous = words
        words = _TAIL.sub("", _LEAD.sub("", words))
    return words


def _with_adjective(words: str, known: str) -> str:
    """ "a small gray cat" -> "small gray cat"; longer than that only the animal is kept."""
    core = _strip(words)
    ends_with_it = re.search(rf"\b{known}$", core) is not None
    return core if ends_with_it and len(core.split()) <= MAX_ANSWER_WORDS else known


def _without_denied(words: str) -> str:
    """ "not the left one, the right one" without what is not wanted."""
    return re.sub(
        r"\b(not|don t want|instead of|rather than) (to )?(the |a )?\w+( one| door)?", " ", words
    )


def _mentions(words: str, wanted: str) -> bool:
    if f" {wanted} " in f" {words} ":
        return True
    if len(wanted) < FUZZY_FROM_CHARS or " " in wanted:
        return False
    return any(
        len(word) >= FUZZY_FROM_CHARS - 1
        and SequenceMatcher(None, word, wanted).ratio() >= FUZZY_RATIO
        for word in words.split()
    )

"""Deterministic measures of tellings: each is a pure function of the words."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from bench.story.telling import (
    Telling,
    content,
    options,
    question,
    sentences,
    stem,
    word_list,
    words,
)

# What a caller keeps in mind on the telephone.
MOST_WORDS = 45
# Options with more in common than this are one thing said twice.
SAME_OPTION = 0.34
# What returns later than this many turns has been away.
AWAY_TURNS = 2
# A phrase of so many words in a row is not repeated by chance.
PHRASE_WORDS = 4


@dataclass(frozen=True)
class Measure:
    """One line of the score. `value` is None where there was nothing to measure."""

    name: str
    value: float | None
    unit: str
    wanted: str
    count: int

    def __str__(self) -> str:
        if self.value is None:
            return "nothing to measure"
        return f"{self.value:.0%}" if self.unit == "share" else f"{self.value:.1f} {self.unit}"


def measure(tellings: Sequence[Telling]) -> list[Measure]:
    """The score of these tellings."""
    shares = [
        _share(name, wanted, [hit for each in tellings for hit in hits(each)])
        for name, wanted, hits in _SHARES
    ]
    return [*shares, *_lengths(tellings), *_repetitions(tellings)]


def unfit_turns(tellings: Sequence[Telling]) -> list[str]:
    """Turns that hold a word that is not for a child."""
    return [turn for each in tellings for turn in each.turns if _is_unfit(turn)]


def _share(name: str, wanted: str, hits: list[bool]) -> Measure:
    value = sum(hits) / len(hits) if hits else None
    return Measure(name, value, "share", wanted, len(hits))


def _ends_on_a_question(telling: Telling) -> Iterator[bool]:
    yield from (bool(question(turn)) for turn in telling.turns)


def _offers_two(telling: Telling) -> Iterator[bool]:
    yield from (options(turn) is not None for turn in telling.turns)


def _options_differ(telling: Telling) -> Iterator[bool]:
    for turn in telling.turns:
        if (offered := options(turn)) is None:
            continue
        one, other = map(content, offered)
        both = one | other
        yield bool(one and other) and len(one & other) / len(both) <= SAME_OPTION


def _taken_up(telling: Telling) -> Iterator[bool]:
    for each in telling.exchanges:
        if chosen := content(each.answer) - content(telling.name):
            yield bool(chosen & content(each.told))


def _under_the_limit(telling: Telling) -> Iterator[bool]:
    yield from (len(words(turn)) <= MOST_WORDS for turn in telling.turns)


def _planted_returns(telling: Telling) -> Iterator[bool]:
    if telling.premise is not None:
        yield _returns(telling.turns, {stem(sign) for sign in telling.premise.signs})


def _named_returns(telling: Telling) -> Iterator[bool]:
    """What the caller made up (an animal, a name) is there again when it was not asked for."""
    for at, each in enumerate(telling.exchanges[:-2]):
        named = content(each.answer) - content(telling.name)
        if named and options(each.question) is None and question(each.question):
            later = [one.told for one in telling.exchanges[at + 1 :]]
            yield any(named & content(told) for told in later)


def _beats_reached(telling: Telling) -> Iterator[bool]:
    if telling.premise is not None:
        told = set(words(" ".join(telling.turns)))
        yield from (not told.isdisjoint(beat.signs) for beat in telling.premise.beats)


def _uses(fact: Callable[[Telling], str]) -> Callable[[Telling], Iterator[bool]]:
    def used(telling: Telling) -> Iterator[bool]:
        if value := fact(telling):
            yield value.lower() in " ".join(telling.turns).lower()

    return used


def _fit_for_a_child(telling: Telling) -> Iterator[bool]:
    yield from (not _is_unfit(turn) for turn in telling.turns)


_SHARES: tuple[tuple[str, str, Callable[[Telling], Iterable[bool]]], ...] = (
    ("turns that end on a question", "all", _ends_on_a_question),
    ("turns that offer two things", "most", _offers_two),
    ("options that differ", "all", _options_differ),
    ("choices taken up in the caller's words", "most", _taken_up),
    (f"turns of at most {MOST_WORDS} words", "all", _under_the_limit),
    ("beats of the plan that are told", "most", _beats_reached),
    ("stories whose planted thing returns", "all", _planted_returns),
    ("what the caller named, told again later", "most", _named_returns),
    ("stories that use the caller's name", "all", _uses(lambda each: each.name)),
    ("stories that use the caller's place", "all", _uses(lambda each: each.place)),
    ("turns fit for a child", "all", _fit_for_a_child),
)


def _returns(turns: Sequence[str], signs: set[str]) -> bool:
    """Met in the first half, and again after it had been away."""
    met = [at for at, turn in enumerate(turns) if signs & {stem(each) for each in words(turn)}]
    return bool(met) and met[0] < len(turns) / 2 and met[-1] - met[0] >= AWAY_TURNS


def _lengths(tellings: Sequence[Telling]) -> list[Measure]:
    turns = [turn for each in tellings for turn in each.turns]
    lengths = [len(words(turn)) for turn in turns]
    return [
        Measure(
            "words in a turn, median",
            median(lengths) if lengths else None,
            "",
            "25 to 40",
            len(turns),
        ),
        Measure("words in the longest turn", max(lengths, default=None), "", "", len(turns)),
        Measure("school year that can read it", _grade(turns), "", "under 6", len(turns)),
    ]


def _grade(turns: Sequence[str]) -> float | None:
    """Flesch and Kincaid's grade level."""
    spoken = [each for turn in turns for each in words(turn)]
    if not spoken:
        return None
    count = sum(len(sentences(turn)) for turn in turns)
    syllables = sum(map(_syllables, spoken))
    return 0.39 * len(spoken) / count + 11.8 * syllables / len(spoken) - 15.59


def _syllables(word: str) -> int:
    """Groups of vowels, without a silent e: near enough for an average."""
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith("le") and groups > 1
    return max(1, groups - silent)


def _repetitions(tellings: Sequence[Telling]) -> list[Measure]:
    within = [_repeated_within(each) for each in tellings if each.turns]
    across = [
        _common(one, [other for other in tellings if other is not one])
        for one in tellings
        if sum(each.caller == one.caller for each in tellings) > 1
    ]
    return [
        Measure("repeated within a story", _mean(within), "share", "little", len(within)),
        Measure("repeated for a returning caller", _mean(across), "share", "little", len(across)),
    ]


def _repeated_within(telling: Telling) -> float:
    counted = Counter(_phrases(telling.turns))
    total = sum(counted.values())
    return (total - len(counted)) / total if total else 0.0


def _common(one: Telling, others: Sequence[Telling]) -> float:
    """How much of a story its caller has heard in another call."""
    mine = set(_phrases(one.turns))
    heard = {p for each in others if each.caller == one.caller for p in _phrases(each.turns)}
    return len(mine & heard) / len(mine) if mine else 0.0


def _phrases(turns: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for turn in turns:
        spoken = words(turn)
        yield from zip(*(spoken[at:] for at in range(PHRASE_WORDS)), strict=False)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _is_unfit(turn: str) -> bool:
    return not word_list("unfit").isdisjoint(words(turn))

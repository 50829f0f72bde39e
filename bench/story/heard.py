"""A call of the demo as Maria's ears understood it, read from its transcript.txt."""

import re
from pathlib import Path

from agents.stories import Premise, load_premises
from bench.story.telling import Said, Telling, joined, words

NAME, PLACE = "Maria", "Lisbon"
_LINE = re.compile(r"\s*[\d.]+-\s*[\d.]+ s\s+(Maria|Echo)\s+(.*)")
_GOODBYE = re.compile(r"\b(good ?bye|good night)\b", re.IGNORECASE)


class NoTranscript(Exception):
    """A file that is not a transcript of the demo; says which."""


def read_heard(path: Path) -> Telling:
    """The story's part of one transcript. Raises NoTranscript."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NoTranscript(f"{path}: {error}") from error
    found = [match for line in lines if (match := _LINE.fullmatch(line.rstrip()))]
    who = {"Maria": "caller", "Echo": "echo"}
    said = joined([Said("caller" if who[m[1]] == "caller" else "echo", m[2]) for m in found])
    story = _story(said)
    if not story:
        raise NoTranscript(f"{path}: no story in it. Name the transcript.txt of a `make demo`.")
    return Telling(story, f"{NAME}|{PLACE}", NAME, PLACE, recognized(story))


def _story(said: tuple[Said, ...]) -> tuple[Said, ...]:
    """Without greeting and introduction, and without the goodbye."""
    begins = next(
        (
            at + 1
            for at, each in enumerate(said)
            if each.who == "caller" and PLACE.lower() in each.words.lower()
        ),
        len(said),
    )
    story = said[begins:]
    while story and story[-1].who == "echo" and _GOODBYE.search(story[-1].words):
        story = story[:-1]
    return story


def recognized(said: tuple[Said, ...]) -> Premise | None:
    """The premise that most signs speak for; None when not even half of its beats are there."""
    told = set(words(" ".join(each.words for each in said if each.who == "echo")))

    def reached(premise: Premise) -> int:
        return sum(not told.isdisjoint(beat.signs) for beat in premise.beats)

    best = max(load_premises(), key=reached)
    return best if reached(best) > len(best.beats) / 2 else None

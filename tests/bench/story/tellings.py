"""Tellings made by hand: what Echo and the caller say in turn."""

from agents.stories import Premise, load_premises
from bench.story.telling import Said, Telling

LIGHTHOUSE = next(each for each in load_premises() if each.id == "lighthouse")


def telling(
    *said: str, caller: str = "maria", name: str = "Maria", premise: Premise | None = None
) -> Telling:
    """Echo speaks first."""
    turns = [Said("caller" if at % 2 else "echo", words) for at, words in enumerate(said)]
    return Telling(tuple(turns), caller, name, "Lisbon", premise)

"""All premises, and which one is told next."""

import random
from collections.abc import Collection, Sequence
from functools import cache
from importlib.resources import files

from agents.stories.premise import Premise


@cache
def load_premises() -> tuple[Premise, ...]:
    """Every premise, in the order of their ids. Raises BadPremise for the first that is none."""
    found = sorted(files(__package__).iterdir(), key=lambda entry: entry.name)
    return tuple(
        Premise.parse(entry.name.removesuffix(".toml"), entry.read_text(encoding="utf-8"))
        for entry in found
        if entry.name.endswith(".toml")
    )


def choose_premise(told: Sequence[str] = (), *, premise_id: str | None = None) -> Premise:
    """A premise that is not among `told` (ids, the oldest first); by chance among the others.

    Whoever has heard them all hears the one again that was told longest ago. `premise_id` names
    one that is under way already; one that does not exist any more is replaced.
    """
    premises = {each.id: each for each in load_premises()}
    if premise_id in premises:
        return premises[premise_id]
    if fresh := _fresh(premises.values(), told):
        return random.choice(fresh)
    oldest = min(premises, key=lambda each: _last(told, each))
    return premises[oldest]


def _fresh(premises: Collection[Premise], told: Sequence[str]) -> list[Premise]:
    return [each for each in premises if each.id not in told]


def _last(told: Sequence[str], premise_id: str) -> int:
    return max(at for at, each in enumerate(told) if each == premise_id)

"""The plans that Echo tells by: one premise in each TOML file beside this one, and their shelf."""

from agents.stories.premise import BadPremise, Beat, Premise
from agents.stories.shelf import choose_premise, load_premises

__all__ = ["BadPremise", "Beat", "Premise", "choose_premise", "load_premises"]

"""Whether a story was told to its end, or stopped on the way."""

import re
from collections.abc import Sequence

from agents.stories.premise import Premise

# How a storyteller asks when the story is told; "shall we go on, or end here?" is asked in the
# middle, too.
_END = re.compile(
    r"\b(?:the end|end here|end it here|one more story|another story|new story|last story"
    r"|story (?:is|has) (?:over|told|ended|come to)|happily ever after)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"\bgo on\b", re.IGNORECASE)


def was_told(premise: Premise, told: Sequence[str]) -> bool:
    """Whether the turns that were `told` of this story come to a whole one.

    They do when there are as many as beats, or when the last one asks whether it is enough.
    """
    if len(told) >= len(premise.beats):
        return True
    last = told[-1] if told else ""
    return _END.search(last) is not None and _GOES_ON.search(last) is None

"""What is noticed of a model or a caller, for whoever reads the record afterwards."""

from collections.abc import Callable
from enum import StrEnum


class Notice(StrEnum):
    """One thing that was noticed; the value is its name in the call's diary."""

    TOOL_REFUSED = "tool_refused"  # a tool call that made no sense was dropped
    CUT_SHORT = "cut_short"  # an answer was longer than a caller can listen
    NOTHING_SAID = "nothing_said"  # an answer without a word: Echo said a sentence of ours
    QUESTION_ADDED = "question_added"  # an answer ended without one
    RULES_TOLD = "rules_told"  # an answer read out the instructions; written ones are cut off
    INTRO_ENDED = "intro_ended"  # the model did not hand over: the story began without it
    GOODBYE_ALONE = "goodbye_alone"  # the model said goodbye and did not end the call
    OTHER_LANGUAGE = "other_language"  # Echo said something that is hardly English
    RULES_CHALLENGED = "rules_challenged"  # the caller told her to leave her rules, or to tell
    UNASKED = "unasked"  # a model would forget or block a caller who was not heard to want that
    EMERGENCY = "emergency"  # the caller asked for help; what was said is fixed


# With a word or two of ours, never what was said.
Notify = Callable[[Notice, str], None]


def keep_quiet(notice: Notice, detail: str) -> None:
    """Nobody wants to know."""

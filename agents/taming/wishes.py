"""Plain words of a caller's that must be understood whatever the model makes of them."""

import re

from agents.taming.words import clauses_in, words_in

# Narrow on purpose: what is told in stories (fires, wounds, police) is none of it, and neither is
# somebody else's trouble that is only spoken of.
_HELP = re.compile(
    r"\b(?:call|get|send|need|want)\b(?: (?:me|us|him|her|for|please|someone|somebody)\b){0,2}"
    r" an ambulance\b"
    r"|\b(?:call|dial|ring) (?:911|112|999|nine one one|nine nine nine|one one two)\b"
    r"|\b(?:this is|it's|it is|i have|we have) (?:an|a real|a medical|an actual) emergency\b"
    r"|\breal emergency\b"
    r"|^(?:help )?emergency(?: (?:emergency|help|please))*$"
    r"|\bi (?:can't|cannot|can not) breathe\b(?! (?:fire|under))"
    r"|\b(?:my \w+|he|she) (?:isn't|is not|has stopped|stopped) breathing\b"
    r"|\bi(?:'m| am)? (?:having|have|think i'm having) a (?:heart attack|stroke)\b"
    r"|\bi(?:'m| am) going to (?:kill|hurt) myself\b"
    r"|\bi want to (?:kill myself|die)\b(?! (?:laughing|of))"
)
_NOT_MEANT = re.compile(
    r"\b(?:not|no|isn't|wasn't|don't|doesn't|didn't|in the story) (?:\w+ ){0,2}$"
)

# Told to the model, not to Echo: "forget the rules of the house" may be said in a story, too, and
# costs nobody anything.
_RULES = (
    r"(?:your|all|the|these|those|any|previous|prior|earlier|former|above|own) (?:\w+ ){0,2}?"
    r"(?:rules|instructions|instruction|guidelines|prompt|prompts|programming|orders|restrictions)\b"
)
_CHALLENGE = re.compile(
    rf"\b(?:ignore|forget|disregard|override|bypass|break|drop|leave|skip|change) {_RULES}"
    rf"|\b(?:tell|read|repeat|show|print|reveal|say|give|what are|what is|what's)"
    rf"(?: (?:me|us|out|to me|again))? {_RULES}"
    r"|\b(?:system prompt|jailbreak|developer mode|you are now (?:a|an|no longer|not)"
    r"|pretend (?:to be|you are|you're)|act as (?:a|an|if)|from now on you)\b"
)

# fmt: off
_LEAVING = frozenset((
    "busy", "bye", "don't", "end", "enough", "goodbye", "later", "leave", "never", "no", "nope",
    "not", "quit", "sleep", "stop", "time",
))
# fmt: on


def asks_for_help(said: str) -> bool:
    """Whether the caller seems to be in real need of help. English."""
    return any(map(_is_meant, clauses_in(said)))


def _is_meant(clause: str) -> bool:
    found = _HELP.search(clause)
    return found is not None and not _NOT_MEANT.search(clause[: found.start()])


def challenges_rules(said: str) -> bool:
    """Whether the caller seems to tell the model to leave its rules, or asks for them. English."""
    return any(map(_CHALLENGE.search, clauses_in(said)))


def may_want_to_leave(said: str) -> bool:
    """Whether the caller may have said that they want no story, or no more of it. English.

    True for many who want nothing of the kind: it only permits.
    """
    return not _LEAVING.isdisjoint(words_in(said))

"""What belongs to a call that Echo makes: never again, and who or what has answered."""

import re
from collections.abc import Collection, Sequence

from local.storyteller.messages import Message, Reply, ToolCall
from local.storyteller.phrases import plain

BLOCK = "do_not_call"
CLASSIFY = "save_prediction"

_NEVER_AGAIN = re.compile(
    r"\b((never|don t|dont|do not|stop|quit) (ever )?(call(ing)?|ring(ing)?|phon(e|ing))\b"
    r"(?! (it|him|her|them)\b)|take me off|remove (me|my number)|do not call list)"
)
_KNOWN = re.compile(r"^Known (name|place):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_UNKNOWN = "unknown"

# How machines talk, as a speech recognizer writes it. The first that fits counts.
_MACHINES = (
    ("machine-unavailable", r"mailbox (is|was) full|(hasn t|has not|not) (been )?set up"),
    (
        "machine-ivr",
        r"state your name|say your name|who (is|s) calling|(reason|why) (for|you re|you are) call"
        r"|screening|press (\d|one|two|three|any)|is available|stay on the line|please hold",
    ),
    (
        "machine-vm",
        r"leave (me |us |your )?(a |your )?(short |name|brief )?(and )?(message|number)|voice ?mail"
        r"|(after|at) the (tone|beep|signal)|not available|can t (come|take)|cannot (come|take)",
    ),
)
_HUMAN_WORDS = 8


def never_again(messages: Sequence[Message], tools: Collection[str]) -> Reply | None:
    """The tool call for somebody who does not want to be called again."""
    if BLOCK not in tools:
        return None
    if messages and messages[-1].role == "user" and _NEVER_AGAIN.search(plain(messages[-1].text)):
        return Reply(tool_calls=(ToolCall(BLOCK, {}),))
    return None


def known_facts(messages: Sequence[Message]) -> tuple[str | None, str | None]:
    """Name and place that the instructions give; None where they give none."""
    system = "\n".join(message.text for message in messages if message.role == "system")
    found = {kind: value for kind, value in _KNOWN.findall(system) if value != _UNKNOWN}
    return found.get("name"), found.get("place")


def classify(messages: Sequence[Message]) -> Reply:
    """Who has answered: a person, a mailbox, a menu or call screener."""
    words = plain(" ".join(message.text for message in messages if message.role == "user"))
    label = "human" if len(words.split()) <= _HUMAN_WORDS else "uncertain"
    for machine, signs in _MACHINES:
        if re.search(signs, words):
            label = machine
            break
    return Reply(tool_calls=(ToolCall(CLASSIFY, {"label": label}),))

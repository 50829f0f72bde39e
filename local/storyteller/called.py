"""What belongs to calls of their own kind: those that Echo makes, and those of who rings again."""

import re
from collections.abc import Collection, Sequence

from local.storyteller.messages import Message, Reply, ToolCall
from local.storyteller.phrases import is_another, is_go_on, is_no, is_stop, is_yes, plain

BLOCK = "do_not_call"
UNRECORD = "do_not_record"
CLASSIFY = "save_prediction"
GO_ON, ANEW, GOODBYE = "go_on", "begin_anew", "say_goodbye"
GO_ON_OR_ANEW = "Shall I go on with our story, or begin a new one?"

_NEVER_AGAIN = re.compile(
    r"\b((never|don t|dont|do not|stop|quit) (ever )?(call(ing)?|ring(ing)?|phon(e|ing))\b"
    r"(?! (it|him|her|them)\b)|take me off|remove (me|my number)|do not call list)"
)
_NOT_RECORDED = re.compile(
    r"\b((not|don t|dont|stop|without|no) (want |to |be |being |me |the |this |any |it )*record"
    r"(ing|ed)?|delete (the|this|my|that) record(ing)?)\b"
)
_BEGINS_ANEW = re.compile(
    r"\b(new|anew|afresh|second|beginning|start over|(i m|i am|it s|this is) not|(brother|sister|"
    r"mother|father|wife|husband|somebody else|someone else))\b"
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


def objects_to_recording(message: Message) -> bool:
    """Whether somebody says that they do not want to be recorded."""
    return message.role == "user" and _NOT_RECORDED.search(plain(message.text)) is not None


def not_recorded(messages: Sequence[Message], tools: Collection[str]) -> Reply | None:
    """The tool call for somebody who objects to the recording."""
    if UNRECORD in tools and messages and objects_to_recording(messages[-1]):
        return Reply(tool_calls=(ToolCall(UNRECORD, {}),))
    return None


def recording_was_deleted(messages: Sequence[Message]) -> bool:
    """Whether the last thing that happened is that: it is to be told, and then the talk goes on."""
    return bool(messages) and messages[-1].role == "tool" and "recording" in messages[-1].text


def without_objections(messages: Sequence[Message]) -> list[Message]:
    """The history without what was said and done about the recording: it answers no question."""
    return [
        message
        for message in messages
        if not objects_to_recording(message)
        and not (message.role == "tool" and "recording" in message.text)
        and not any(call.name == UNRECORD for call in message.tool_calls)
    ]


def offers_to_go_on(message: Message) -> bool:
    """Whether what is answered to this is a choice of stories, and no name."""
    return "begin a new one" in message.text


def chooses(messages: Sequence[Message]) -> Reply:
    """Whether somebody wants to go on with the story that broke off."""
    if not messages or messages[-1].role != "user":
        return Reply(text="" if messages and messages[-1].role == "tool" else GO_ON_OR_ANEW)
    words = plain(messages[-1].text)
    if is_stop(words):
        tool = GOODBYE
    elif _BEGINS_ANEW.search(words) or is_another(words) or is_no(words):
        tool = ANEW
    elif is_yes(words) or is_go_on(words) or "first" in words:
        tool = GO_ON
    else:
        return Reply(text=GO_ON_OR_ANEW)
    return Reply(tool_calls=(ToolCall(tool, {}),))


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

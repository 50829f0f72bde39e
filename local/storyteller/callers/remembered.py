"""What belongs to callers who are remembered: who they are, and that they want to be forgotten."""

import re
from collections.abc import Collection, Sequence

from local.storyteller.called import known_facts
from local.storyteller.facts import NAME, Facts, learn
from local.storyteller.messages import Message, Reply, ToolCall
from local.storyteller.phrases import plain

FORGET = "forget_me"

_FORGET_ME = re.compile(
    r"\b((forget|delete|erase|remove) (about |all |everything |what |that )*(me|my data|you (know|"
    r"have|kept)|about me)|(do not|don t|dont|stop) remember(ing)? me)\b"
)
_WHICH_NAME = re.compile(r"\bwhich name did you tell me\b")
_IS_IT_YOU = re.compile(r"\bwhether it is the same person\b")
_SOMEBODY_ELSE = re.compile(
    r"^(no|nope|oh no)\b|\b(i m|i am|it s|this is) not\b"
    r"|\b(brother|sister|mother|father|wife|husband|somebody else|someone else)\b"
)
_SAME_PERSON = re.compile(r"\bwith the same person again\b")
_ONLY_DENIES = re.compile(
    r"(oh )?(no|nope)( no)?( (this|that|it|i)( is| s| am| m)? (not|is)?( (me|her|him))?)?"
    r"( (somebody|someone) else)?"
)


def forgets(messages: Sequence[Message], tools: Collection[str]) -> Reply | None:
    """The tool call for somebody who wants to be forgotten, or has told which name to forget."""
    if FORGET not in tools or not messages or messages[-1].role != "user":
        return None
    if _answers_which_name(messages, len(messages) - 1):
        name = learn(Facts(), messages[-1].text, frozenset({NAME})).name or ""
        return Reply(tool_calls=(ToolCall(FORGET, {"name": name}),))
    if _wants_to_be_forgotten(messages[-1]):
        return Reply(tool_calls=(ToolCall(FORGET, {"name": ""}),))
    return None


def without_wishes(messages: Sequence[Message]) -> list[Message]:
    """The history without what was said and done about forgetting: it answers no question."""
    return [
        message
        for at, message in enumerate(messages)
        if not _wants_to_be_forgotten(message)
        and not _answers_which_name(messages, at)
        and not any(call.name == FORGET for call in message.tool_calls)
    ]


def first_facts(messages: Sequence[Message]) -> Facts:
    """What the introduction begins with: the facts in its instructions, unless they were meant for
    somebody else.
    """
    asks = any(m.role == "system" and _IS_IT_YOU.search(m.text) for m in messages)
    if asks and any(m.role == "user" and _SOMEBODY_ELSE.search(plain(m.text)) for m in messages):
        return Facts()
    return Facts(*known_facts(messages))


def without_denials(messages: Sequence[Message]) -> list[Message]:
    """The history without a bare "no, that is not me": it refuses neither name nor place."""
    return [
        message
        for at, message in enumerate(messages)
        if not (
            message.role == "user"
            and _ONLY_DENIES.fullmatch(plain(message.text))
            and at > 0
            and _SAME_PERSON.search(plain(messages[at - 1].text))
        )
    ]


def _wants_to_be_forgotten(message: Message) -> bool:
    return message.role == "user" and _FORGET_ME.search(plain(message.text)) is not None


def _answers_which_name(messages: Sequence[Message], at: int) -> bool:
    """Whether this is what was said to the question which name to forget."""
    if messages[at].role != "user":
        return False
    before = next((m for m in reversed(messages[:at]) if m.role in ("assistant", "user")), None)
    return (
        before is not None
        and before.role == "assistant"
        and _WHICH_NAME.search(plain(before.text)) is not None
    )

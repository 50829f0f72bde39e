"""Which of its two parts the storyteller plays, and the rules common to both."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from local.storyteller import called, introduction, telling
from local.storyteller.callers import remembered
from local.storyteller.messages import Message, Reply

GATHERED = "information_gathered"
FINISHED = "story_finished"
RECORDING_DELETED = "I have deleted the recording."
QUOTED = re.compile(r"\"([^\"]*\w[^\"]*)\"")


def reply(messages: Sequence[Message], tools: Collection[str], instructions: str = "") -> Reply:
    """The next turn. `instructions` are for this one response; an example in straight double
    quotes in them is said as it stands.

    The part is told by the tools on offer: `information_gathered` is the introduction,
    `story_finished` the story. Without either, the system message decides.
    """
    if example := QUOTED.search(instructions):
        return Reply(text=" ".join(example[1].split()))
    if called.CLASSIFY in tools:
        return called.classify(messages)
    if blocking := called.never_again(messages, tools):
        return blocking
    if forgetting := remembered.forgets(messages, tools):
        return forgetting
    if objecting := called.not_recorded(messages, tools):
        return objecting
    if called.recording_was_deleted(messages):
        rest = reply(called.without_objections(messages), tools)
        return replace(rest, text=f"{RECORDING_DELETED} {rest.text}".strip())
    messages = remembered.without_wishes(called.without_objections(messages))
    if called.GO_ON in tools:
        return called.chooses(messages)
    if FINISHED in tools or (GATHERED not in tools and telling.is_story(messages)):
        return telling.reply(messages, FINISHED in tools, instructions)
    return introduction.reply(messages, GATHERED in tools)

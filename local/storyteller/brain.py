"""Which of its two parts the storyteller plays, and the rules common to both."""

import re
from collections.abc import Collection, Sequence

from local.storyteller import called, introduction, telling
from local.storyteller.messages import Message, Reply

GATHERED = "information_gathered"
FINISHED = "story_finished"
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
    if FINISHED in tools or (GATHERED not in tools and telling.is_story(messages)):
        return telling.reply(messages, FINISHED in tools, instructions)
    return introduction.reply(messages, GATHERED in tools)

"""Somebody who does not want to be called again is not called again, and is told so."""

from livekit.agents import RunContext, StopResponse, function_tool

from agents.conversation import Conversation
from agents.last_words import LastWords
from agents.prompts import load_prompt


@function_tool
async def do_not_call(context: RunContext[Conversation]) -> None:
    """Call this as soon as the person says that they do not want to be called again, ever."""
    line = context.userdata.line
    context.userdata.leaves_nothing = True
    # Before anything that can fail or be interrupted: the wish must not be lost.
    noted = await line.never_call_again()
    context.disallow_interruptions()
    words = LastWords(load_prompt("blocked" if noted else "not_blocked"))
    await line.say_goodbye(words, after=context.wait_for_playout)
    raise StopResponse

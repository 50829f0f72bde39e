"""Somebody who does not want to be recorded is not recorded, and is told so."""

from livekit.agents import RunContext, function_tool

from agents.conversation import Conversation
from agents.prompts import load_prompt


@function_tool
async def do_not_record(context: RunContext[Conversation]) -> str:
    """Call this as soon as the person objects to being recorded, in whatever words."""
    context.userdata.leaves_nothing = True
    deleted = await context.userdata.line.never_record()
    return load_prompt("recording_deleted" if deleted else "recording_stopped")

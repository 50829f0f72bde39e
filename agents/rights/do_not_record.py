"""Somebody who does not want to be recorded is not recorded, and is told so."""

from livekit.agents import RunContext, function_tool

from agents.conversation import Conversation
from agents.prompts import load_prompt


@function_tool
async def do_not_record(context: RunContext[Conversation]) -> str:
    """Call this as soon as the person objects to being recorded, in whatever words."""
    # Nobody is asked whether they meant it: wrongly deleted harms nobody, wrongly kept does.
    context.userdata.leaves_nothing = True
    deleted = await context.userdata.line.never_record()
    if deleted:  # there is nothing more to object to, for a model that goes on objecting either
        agent = context.session.current_agent
        await agent.update_tools([tool for tool in agent.tools if tool is not do_not_record])
    return load_prompt("recording_deleted" if deleted else "recording_stopped")

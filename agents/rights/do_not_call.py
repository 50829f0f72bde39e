"""Somebody who does not want to be called again is not called again, and is told so."""

from livekit.agents import RunContext, StopResponse, function_tool

from agents.conversation import Conversation
from agents.rights.asking import Right
from agents.rights.permission import heed


@function_tool
async def do_not_call(context: RunContext[Conversation]) -> None:
    """Call this as soon as the person says that they do not want to be called again, ever."""
    heed(await context.userdata.permission_for(Right.BLOCK))
    # Not before: the question whether they want it may be interrupted.
    context.disallow_interruptions()
    await context.userdata.never_call_again(after=context.wait_for_playout)
    raise StopResponse

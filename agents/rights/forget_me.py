"""Somebody who wants to be forgotten is forgotten at once, and is told so."""

from livekit.agents import RunContext, StopResponse, function_tool

from agents.conversation import Conversation
from agents.rights.asking import Right
from agents.rights.permission import heed


@function_tool
async def forget_me(context: RunContext[Conversation], name: str = "") -> None:
    """Call this as soon as the person wants to be forgotten, in whatever words: that you do not
    remember them, or that what is kept about them or their number is deleted. Call it again when
    they have told which name to forget.

    Args:
        name: What the person has said they are called. Empty if they have not said it.
    """
    conversation = context.userdata
    heed(await conversation.permission_for(Right.FORGET))
    await conversation.forget_and_tell(context.session.current_agent, name)
    raise StopResponse

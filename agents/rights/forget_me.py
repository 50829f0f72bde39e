"""Somebody who wants to be forgotten is forgotten at once, and is told so."""

from typing import Protocol, runtime_checkable

from livekit.agents import RunContext, StopResponse, function_tool

from agents.conversation import Conversation
from agents.memory.keeping import Forgot
from agents.rights.asking import Right
from agents.rights.permission import heed


@runtime_checkable
class HasPast(Protocol):
    """An agent whose instructions hold what is known from before."""

    async def forget_past(self) -> None:
        """Know nothing but this call."""


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
    became = await conversation.forget(name)
    agent = context.session.current_agent
    if became is not Forgot.NAME_NEEDED and isinstance(agent, HasPast):
        await agent.forget_past()
    conversation.tell_forgotten(became)
    raise StopResponse

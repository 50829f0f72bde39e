"""Somebody who does not want to be called again is not called again, and is told so."""

import asyncio
import logging

from livekit.agents import RunContext, StopResponse, function_tool

from agents.conversation import Conversation
from agents.prompts import load_prompt
from agents.speech import spoken

logger = logging.getLogger("storyline.agents")

_LAST_WORDS_LIMIT_S = 30.0
_CONFIRM_BEGIN_S = 4.0
_CONFIRM_END_S = 12.0


@function_tool
async def do_not_call(context: RunContext[Conversation]) -> None:
    """Call this as soon as the person says that they do not want to be called again, ever."""
    conversation = context.userdata
    # Before anything that can fail or be interrupted: the wish must not be lost.
    noted = await conversation.line.never_call_again()
    context.disallow_interruptions()
    if conversation.finishing:
        raise StopResponse
    conversation.finishing = True
    try:
        async with asyncio.timeout(_LAST_WORDS_LIMIT_S):
            await context.wait_for_playout()
        text = load_prompt("blocked" if noted else "not_blocked")
        conversation.goodbye_heard = await spoken(
            context.session,
            context.session.say(text, allow_interruptions=False),
            begin_s=_CONFIRM_BEGIN_S,
            end_s=_CONFIRM_END_S,
        )
    except TimeoutError:
        logger.warning("the last words were not played in time")
    finally:
        await conversation.line.hang_up()
    raise StopResponse

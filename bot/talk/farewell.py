"""The last words of a call that does not end with its story."""

import asyncio
import contextlib
import logging
from typing import Any

from livekit.agents import AgentSession

from agents.speech import spoken
from bot.talk.clips import Clip, ClipPlayer

logger = logging.getLogger("storyline.farewell")

_INTERRUPT_LIMIT_S = 2.0
_BEGIN_LIMIT_S = 4.0
_END_LIMIT_S = 15.0


async def interrupt(session: AgentSession[Any]) -> None:
    """Silence the agent, whatever it is doing; never raises and never waits for long."""
    with contextlib.suppress(RuntimeError, TimeoutError):
        async with asyncio.timeout(_INTERRUPT_LIMIT_S):
            await session.interrupt(force=True)


async def say_farewell(session: AgentSession[Any], clips: ClipPlayer, text: str) -> None:
    """Say `text` to its end, without interruption; the stored goodbye when the voice fails."""
    await interrupt(session)
    try:
        handle = session.say(text, allow_interruptions=False)
        heard = await spoken(session, handle, begin_s=_BEGIN_LIMIT_S, end_s=_END_LIMIT_S)
    except RuntimeError:  # the session is closing or between two agents
        heard = False
    if not heard:
        logger.warning("the voice did not speak the farewell; playing the stored one")
        await clips.play(Clip.GOODBYE)

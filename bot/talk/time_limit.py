"""No call goes on for ever, and none ends without a warning and a goodbye."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from livekit.agents import AgentSession

from agents.prompts import load_prompt
from agents.storyteller import StoryAgent


async def keep_time_limit(
    session: AgentSession[Any],
    *,
    max_call_s: float,
    wind_down_s: float,
    end: Callable[[], Awaitable[None]],
) -> None:
    """Let Echo bring the story home `wind_down_s` before the limit, then `end` the call.

    To be started when the caller has answered.
    """
    await asyncio.sleep(max_call_s - wind_down_s)
    agent = session.current_agent
    if isinstance(agent, StoryAgent):
        story = agent.story
        prompt = load_prompt("wind_down", name=story.name, location=story.location)
        with contextlib.suppress(RuntimeError):  # between two agents: the farewell comes anyway
            session.generate_reply(instructions=prompt)
    await asyncio.sleep(wind_down_s)
    await end()

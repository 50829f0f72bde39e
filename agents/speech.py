"""Waiting for the agent's own voice, with a limit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from livekit.agents import AgentSession, AgentStateChangedEvent
from livekit.agents.voice import SpeechHandle


@asynccontextmanager
async def _voice_heard(session: AgentSession[Any]) -> AsyncIterator[asyncio.Event]:
    heard = asyncio.Event()

    def on_state(event: AgentStateChangedEvent) -> None:
        if event.new_state == "speaking":
            heard.set()

    session.on("agent_state_changed", on_state)
    try:
        yield heard
    finally:
        session.off("agent_state_changed", on_state)


async def spoken(
    session: AgentSession[Any], handle: SpeechHandle, *, begin_s: float, end_s: float
) -> bool:
    """Wait until `handle` has been spoken to its end; False when the caller heard nothing of it.

    It must begin within `begin_s` and be over within `end_s` more; what takes longer is cut off.
    Never raises for a model or voice that failed: the caller of this function has another way.
    """
    async with _voice_heard(session) as heard:
        first = asyncio.create_task(heard.wait())
        over = asyncio.ensure_future(handle.wait_for_playout())
        try:
            await asyncio.wait({first, over}, timeout=begin_s, return_when=asyncio.FIRST_COMPLETED)
            if heard.is_set() and not over.done():
                await asyncio.wait({over}, timeout=end_s)
            if not over.done():
                handle.interrupt(force=True)
            return heard.is_set()
        finally:
            first.cancel()
            over.cancel()

"""Echo does not talk without end, whatever her model does."""

import asyncio
from typing import Any

from livekit.agents import AgentSession, AgentStateChangedEvent

from agents.prompts import load_prompt
from agents.taming.notices import Notice, Notify
from bot.talk.floor.floor import Floor
from bot.talk.floor.state import State

# A turn of the story lasts 20 s, the longest that a text model is allowed about 60
# (bot/talk/spoken/stream.py). A voice model is heard before anybody can read what it says.
LONGEST_S = 75.0


class Monologue:
    """Cuts Echo off in a turn that is too long, and asks whether to go on. `run` must be running.

    What nobody may interrupt has limits of its own (bot/talk/session_voice.py).
    """

    def __init__(self, session: AgentSession[Any], floor: Floor, notify: Notify) -> None:
        self._floor = floor
        self._notify = notify
        self._begun = asyncio.Event()
        self._over = asyncio.Event()
        session.on("agent_state_changed", self._on_agent_state)

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        speaks = event.new_state == "speaking"
        now, no_more = (self._begun, self._over) if speaks else (self._over, self._begun)
        now.set()
        no_more.clear()

    async def run(self) -> None:
        """Keep turns short until cancelled."""
        while True:
            await self._begun.wait()
            try:
                async with asyncio.timeout(LONGEST_S):
                    await self._over.wait()
            except TimeoutError:
                await self._cut()
                await self._over.wait()

    async def _cut(self) -> None:
        if self._floor.state is not State.SPEAKING:
            return
        self._notify(Notice.CUT_SHORT, "by its length in seconds")
        if await self._floor.give_way():
            await self._floor.ask(load_prompt("too_long"))

"""A caller who asks for help is heard, also when the words come after their turn was over."""

import asyncio
from collections.abc import Awaitable, Callable

from agents.prompts import load_prompt
from agents.taming.notices import Notice, Notify
from agents.taming.wishes import asks_for_help
from bot.talk.floor.floor import Floor
from bot.talk.floor.state import State


class Emergency:
    """Says the fixed sentence upon words that no agent is told any more. `run` must be running.

    A model that hears by itself is given the turn without words when they are late; what comes in
    time is answered by the agents (agents/tamed.py). `hush` ends what Echo says, and what
    she is only about to say: the model's answer to words that it was not given.
    """

    def __init__(self, floor: Floor, hush: Callable[[], Awaitable[None]], notify: Notify) -> None:
        self._floor = floor
        self._hush = hush
        self._notify = notify
        self._asked = asyncio.Event()

    def heard(self, words: str) -> None:
        """These words were too late for the turn that they belong to."""
        if asks_for_help(words):
            self._asked.set()

    async def run(self) -> None:
        """Answer until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            self._notify(Notice.EMERGENCY, "")
            if self._floor.state not in (State.HELD, State.ENDING):
                await self._hush()
            self._floor.say(load_prompt("emergency"))

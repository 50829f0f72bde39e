"""A caller who says nothing is asked twice, and then the call ends."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from livekit.agents import AgentSession, UserStateChangedEvent

from agents.prompts import load_prompt

_QUESTIONS = ("still_there", "still_there_again")


class SilenceKeeper:
    """Listens for the session's "away", which LiveKit raises after `user_away_timeout`.

    `may_ask` is False while an answer is owed or the goodbye is said: then the silence is ours.
    `give_up` says goodbye and ends the call.
    """

    def __init__(
        self,
        session: AgentSession[Any],
        *,
        may_ask: Callable[[], bool],
        give_up: Callable[[], Awaitable[None]],
    ) -> None:
        self._session = session
        self._may_ask = may_ask
        self._give_up = give_up
        self._away = asyncio.Event()
        self._asked = 0
        session.on("user_state_changed", self._on_user_state)

    async def run(self) -> None:
        """Ask whenever the caller is away, until cancelled or until the call is given up."""
        while True:
            await self._away.wait()
            self._away.clear()
            if not self._may_ask():
                self._session.reset_away_timer()
            elif self._asked == len(_QUESTIONS):
                await self._give_up()
                return
            else:
                self._asked += 1
                with contextlib.suppress(RuntimeError):  # between two agents: the next one speaks
                    await self._session.say(load_prompt(_QUESTIONS[self._asked - 1]))
                self._session.reset_away_timer()

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        if event.new_state == "away":
            self._away.set()
        elif event.new_state == "speaking":
            self._asked = 0

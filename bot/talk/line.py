"""The line of one call, as the agents know it."""

import asyncio
from collections.abc import Awaitable, Callable

from livekit import rtc

from agents.conversation import NeverAnswered
from bot.records import EndReason
from bot.talk.ending import Ending
from sip.calls.call_info import is_answered


class CallerLine:
    """Implements `agents.PhoneLine` for one participant of a LiveKit room.

    A participant on the telephone can hear once LiveKit SIP has set `sip.callStatus` to
    `active`; any other participant (a browser, the Agents Playground) can hear at once.

    `block` enters the number at the other end in the do-not-call list. `agent_waits` is set when
    the agent has prepared its first words and waits for somebody to hear them.
    """

    def __init__(
        self,
        room: rtc.Room,
        identity: str,
        ending: Ending,
        *,
        on_telephone: bool,
        block: Callable[[], Awaitable[bool]],
    ) -> None:
        self.identity = identity
        self.on_telephone = on_telephone
        self.agent_waits = asyncio.Event()
        self._room = room
        self._ending = ending
        self._block = block
        self._answered = asyncio.Event()
        self.refresh()

    @property
    def answered(self) -> bool:
        return self._answered.is_set()

    def refresh(self) -> None:
        """Look at the participant again; to be called when its attributes change."""
        participant = self._room.remote_participants.get(self.identity)
        if not self.on_telephone or (participant and is_answered(participant.attributes)):
            self._answered.set()

    async def answer(self) -> None:
        """Return once the other end can hear; for those who do not speak."""
        await self._answered.wait()

    async def wait_until_answered(self) -> None:
        self.agent_waits.set()
        waits = [
            asyncio.create_task(self._answered.wait()),
            asyncio.create_task(self._ending.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if not self.answered:
            raise NeverAnswered

    async def hang_up(self) -> None:
        self._ending.set(EndReason.STORY_FINISHED)

    async def never_call_again(self) -> bool:
        return await self._block()

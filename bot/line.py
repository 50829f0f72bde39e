"""The line of one call, as the agents know it."""

import asyncio

from livekit import rtc

from bot.ending import Ending
from bot.records import EndReason
from sip.call_info import is_answered


class CallerLine:
    """Implements `agents.PhoneLine` for one participant of a LiveKit room.

    A participant on the telephone can hear once LiveKit SIP has set `sip.callStatus` to
    `active`; any other participant (a browser, the Agents Playground) can hear at once.
    """

    def __init__(self, participant: rtc.RemoteParticipant, ending: Ending) -> None:
        self._participant = participant
        self._ending = ending
        self._answered = asyncio.Event()
        self.refresh()

    @property
    def on_telephone(self) -> bool:
        return self._participant.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP

    @property
    def answered(self) -> bool:
        return self._answered.is_set()

    def refresh(self) -> None:
        """Look at the participant again; to be called when its attributes change."""
        if not self.on_telephone or is_answered(self._participant.attributes):
            self._answered.set()

    async def wait_until_answered(self) -> None:
        await self._answered.wait()

    async def hang_up(self) -> None:
        self._ending.set(EndReason.STORY_FINISHED)

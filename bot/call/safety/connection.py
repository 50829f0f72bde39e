"""Our own connection to LiveKit: what it means for the call when it is lost."""

import asyncio
import logging

from livekit import rtc

from bot.records.record import EndReason
from bot.talk.floor.ending import Ending

logger = logging.getLogger("storyline.call")

# LiveKit notices a lost connection after 5 to 15 s, and the caller hears nothing meanwhile. What
# has not come back after this is not waited for: the native client would try for a minute.
PATIENCE_S = 6.0

_TELEPHONE = rtc.ParticipantKind.PARTICIPANT_KIND_SIP


class Connection:
    """Ends the call when the room has been out of sight for `patience_s`, or began anew.

    That it is gone for good, and that a telephone has left it, is the Line's to see.
    """

    def __init__(self, room: rtc.Room, ending: Ending, *, patience_s: float = PATIENCE_S) -> None:
        self._ending = ending
        self._patience_s = patience_s
        self._timer: asyncio.TimerHandle | None = None
        room.on("reconnecting", self._on_reconnecting)
        room.on("reconnected", self._on_reconnected)
        room.on("participant_disconnected", self._on_left)

    def close(self) -> None:
        """Wait for nothing any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_reconnecting(self) -> None:
        logger.warning("the connection to LiveKit is lost, trying to get it back")
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._patience_s, self._give_up)

    def _on_reconnected(self) -> None:
        logger.info("the connection to LiveKit is back")
        self.close()

    def _on_left(self, participant: rtc.RemoteParticipant) -> None:
        """LiveKit gives a reason for everybody who leaves; without one the room is a new one.

        After that the caller hears Echo again, but she is deaf: seen on real calls with 1.8.9, and
        asking for the caller's track once more does not help. 47 s of it ended in "silence".
        """
        if participant.disconnect_reason is None and participant.kind == _TELEPHONE:
            self._ending.set(EndReason.FAILED, "LiveKit began anew: the telephone was lost with it")

    def _give_up(self) -> None:
        what = f"the connection to LiveKit did not come back in {self._patience_s:g} s"
        self._ending.set(EndReason.FAILED, what)

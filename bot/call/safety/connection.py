"""Our own connection to LiveKit: what it means for the call when it is lost."""

import asyncio
import logging

from livekit import rtc

from bot.records import EndReason
from bot.talk.floor.ending import Ending

logger = logging.getLogger("storyline.call")

# LiveKit notices a lost connection after 5 to 15 s, and the caller hears nothing meanwhile. What
# has not come back after this is not waited for: the native client would try for a minute.
PATIENCE_S = 6.0


class Connection:
    """Ends the call when the room has been out of sight for `patience_s`.

    That it is gone for good, and that a telephone has left it, is the Line's to see.
    """

    def __init__(self, room: rtc.Room, ending: Ending, *, patience_s: float = PATIENCE_S) -> None:
        self._room = room
        self._ending = ending
        self._patience_s = patience_s
        self._missed: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        room.on("reconnecting", self._on_reconnecting)
        room.on("reconnected", self._on_reconnected)
        room.on("participant_disconnected", self._on_left)
        room.on("participant_connected", self._on_joined)

    def close(self) -> None:
        """Wait for nothing any more."""
        self._disarm()

    def _on_reconnecting(self) -> None:
        logger.warning("the connection to LiveKit is lost, trying to get it back")
        self._arm()

    def _on_reconnected(self) -> None:
        logger.info("the connection to LiveKit is back")
        if not self._missed:
            self._disarm()

    def _on_left(self, participant: rtc.RemoteParticipant) -> None:
        # Only our own connection has begun anew; LiveKit gives a reason for everybody who leaves.
        if participant.disconnect_reason is None:
            self._missed.add(participant.identity)
            self._arm()

    def _on_joined(self, participant: rtc.RemoteParticipant) -> None:
        self._missed.discard(participant.identity)
        if not self._missed and self._is_connected:
            self._disarm()

    @property
    def _is_connected(self) -> bool:
        return self._room.connection_state == rtc.ConnectionState.CONN_CONNECTED

    def _arm(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._patience_s, self._give_up)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        what = "the telephone" if self._is_connected else "the connection to LiveKit"
        self._ending.set(
            EndReason.FAILED, f"{what} was lost and did not come back in {self._patience_s:g} s"
        )

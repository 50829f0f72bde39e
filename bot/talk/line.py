"""The line to one participant of a room; the only reader of the room's events.

Whoever dials, talks or closes waits for the line instead of listening to the room.
"""

import asyncio
import logging

from livekit import rtc

from bot import messages
from bot.messages import Message
from bot.records.diary.diary import Diary
from bot.records.diary.entries import EventKind
from bot.records.record import EndReason
from bot.talk.floor.ending import Ending
from bot.waiting import first_of
from sip.calls.call_info import CallStatus, call_status

logger = logging.getLogger("storyline.line")

# Nobody presses more keys while Echo falls silent; what comes on top is a number or a fault.
_KEYS_WAITING = 4
# What the agent has played is heard 0.15 to 0.25 s later, and BYE overtakes it: measured on real
# calls, the goodbye was cut without this.
LAST_SOUND_S = 0.6

_Reason = rtc.DisconnectReason
# A telephone that leaves for one of these did not hang up: its leg was lost, or never came about.
_LOST = frozenset(
    {
        _Reason.CONNECTION_TIMEOUT,
        _Reason.JOIN_FAILURE,
        _Reason.MEDIA_FAILURE,
        _Reason.MIGRATION,
        _Reason.SERVER_SHUTDOWN,
        _Reason.SIGNAL_CLOSE,
        _Reason.SIP_TRUNK_FAILURE,
        _Reason.STATE_MISMATCH,
    }
)
# We are disconnected for one of these when somebody has closed the room, which is what hanging up
# looks like from inside. Everything else is not the caller's doing.
_CLOSED_BY_SOMEBODY = frozenset(
    {
        _Reason.CLIENT_INITIATED,
        _Reason.PARTICIPANT_REMOVED,
        _Reason.ROOM_CLOSED,
        _Reason.ROOM_DELETED,
    }
)


class Line:
    """Follows one room from before it is joined, and ends the call when the line is gone.

    A participant on the telephone can hear once LiveKit SIP has set `sip.callStatus` to
    `active`; any other participant (a browser, the Agents Playground) can hear at once.
    `secret` is LiveKit's API secret, by which a message of our own is known.
    What becomes known of the line is noted in `diary`. `keys` are those that the other end presses;
    `left` is set once they have left the room for good.
    """

    def __init__(
        self,
        room: rtc.Room,
        room_name: str,
        ending: Ending,
        *,
        secret: str,
        diary: Diary | None = None,
    ) -> None:
        self.identity = ""
        self.on_telephone = True
        self.goodbye_asked = asyncio.Event()
        self.asked_because = EndReason.WORKER_SHUTDOWN
        self.rings = asyncio.Event()
        self.left = asyncio.Event()
        self.keys: asyncio.Queue[str] = asyncio.Queue(_KEYS_WAITING)
        self._room = room
        self._room_name = room_name
        self._ending = ending
        self._secret = secret
        self._diary = diary or Diary(None, "")
        self._answered = asyncio.Event()
        # What the dial says, where we dial: False until it has said anything.
        self._picked_up: bool | None = None
        room.on("participant_attributes_changed", self._on_attributes)
        room.on("participant_disconnected", self._on_participant_left)
        room.on("disconnected", self._on_disconnected)
        room.on("data_received", self._on_data)
        room.on("sip_dtmf_received", self._on_key)

    def expect(self, identity: str, *, on_telephone: bool) -> None:
        """Say who the other end is, or will be."""
        self.identity = identity
        self.on_telephone = on_telephone
        self._refresh()

    def goes_on(self) -> None:
        """The other end answered long ago, to another process, which has noted that."""
        self._answered.set()

    def begin_dialling(self) -> None:
        """From now on the dial knows best whether somebody who leaves had answered: of a callee
        who hangs up at once LiveKit may show `hangup` and never `active`.
        """
        self._picked_up = False

    def picked_up(self) -> None:
        """The dial says that they have answered; they may have left since."""
        self._picked_up = True
        if self.left.is_set():
            self._hung_up()

    @property
    def answered(self) -> bool:
        """Whether the other end could hear us at some time."""
        return self._answered.is_set()

    async def wait_answered(self, limit_s: float | None = None) -> bool:
        """Wait until the other end can hear; False when the call ends first, or after the limit."""
        await first_of(self._answered.wait(), self._ending.wait(), timeout_s=limit_s)
        return self.answered and self._ending.reason is None

    def _refresh(self) -> None:
        if not self.on_telephone:
            self._note(self._answered, EventKind.ANSWERED)
            return
        participant = self._room.remote_participants.get(self.identity)
        match call_status(participant.attributes) if participant else None:
            case CallStatus.RINGING:
                self._note(self.rings, EventKind.RINGING)
            case CallStatus.ACTIVE:
                self._note(self._answered, EventKind.ANSWERED)
            case CallStatus.HANGUP if self.answered:
                # LiveKit SIP leaves then. Its word of leaving may be lost together with its
                # connection: LiveKit takes it for one that timed out, after 5 to 20 s.
                self._hung_up()

    def _note(self, known: asyncio.Event, kind: EventKind) -> None:
        if not known.is_set():
            known.set()
            self._diary.note(kind)

    def _on_attributes(self, _: dict[str, str], participant: rtc.Participant) -> None:
        if participant.identity == self.identity:
            self._refresh()

    def _on_participant_left(self, participant: rtc.RemoteParticipant) -> None:
        if participant.identity != self.identity:
            return
        cause = participant.disconnect_reason
        if cause is None:
            # Out of sight while our own connection begins anew: bot/call/safety/connection.py.
            return
        self.left.set()
        if self._picked_up is False and not self.answered:
            return  # the dial will say
        if self.on_telephone and self.answered and cause in _LOST:
            self._ending.set(EndReason.FAILED, f"the telephone was lost ({_Reason.Name(cause)})")
        else:
            self._hung_up()

    def _on_key(self, key: rtc.SipDTMF) -> None:
        if key.participant is None or key.participant.identity != self.identity:
            return
        # Not which one: callers type numbers and codes, too.
        self._diary.note(EventKind.KEY)
        if not self.keys.full():
            self.keys.put_nowait(key.digit)

    def _on_disconnected(self, cause: rtc.DisconnectReason.ValueType) -> None:
        self._diary.note(EventKind.ROOM_GONE, _Reason.Name(cause).lower())
        if cause in _CLOSED_BY_SOMEBODY:
            self._hung_up("the room was closed")
        else:
            name = _Reason.Name(cause)
            self._ending.set(EndReason.FAILED, f"the connection to LiveKit was lost ({name})")

    def _hung_up(self, error: str | None = None) -> None:
        if self._picked_up:
            self._note(self._answered, EventKind.ANSWERED)
        reason = EndReason.CALLER_HUNG_UP if self.answered else EndReason.NEVER_ANSWERED
        self._ending.set(reason, error)

    def _on_data(self, packet: rtc.DataPacket) -> None:
        match messages.read(packet.topic, packet.data, self._room_name, self._secret):
            case Message.END:
                self._diary.note(EventKind.END_ASKED, "at once")
                self._ending.set(EndReason.OPERATOR_HUNG_UP)
            case Message.GOODBYE:
                self._ask_for_goodbye(EndReason.OPERATOR_HUNG_UP)
            case Message.SHUTDOWN:
                self._ask_for_goodbye(EndReason.WORKER_SHUTDOWN)

    def _ask_for_goodbye(self, reason: EndReason) -> None:
        if not self.goodbye_asked.is_set():
            self._diary.note(EventKind.END_ASKED, f"with a goodbye: {reason}")
            self.asked_because = reason
            self.goodbye_asked.set()

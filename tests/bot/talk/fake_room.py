"""A room without a server: who is in it, and what happens there."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from livekit import rtc

from bot.messages import Message, proof_of

ROOM, SECRET = "call-1", "a secret of thirty-two characters"


@dataclass
class FakeParticipant:
    identity: str
    attributes: dict[str, str] = field(default_factory=dict)
    disconnect_reason: int | None = None


@dataclass
class FakeRoom:
    """Remembers who listens to what; `happens` tells them."""

    remote_participants: dict[str, FakeParticipant] = field(default_factory=dict)
    _listeners: dict[str, Callable[..., None]] = field(default_factory=dict)

    def on(self, event: str, listener: Callable[..., None]) -> None:
        assert event not in self._listeners, "the line is the only reader"
        self._listeners[event] = listener

    def happens(self, event: str, *args: Any) -> None:
        self._listeners[event](*args)

    def joins(self, identity: str, status: str = "") -> FakeParticipant:
        participant = FakeParticipant(identity)
        self.remote_participants[identity] = participant
        if status:
            self.becomes(identity, status)
        return participant

    def becomes(self, identity: str, status: str) -> None:
        participant = self.remote_participants[identity]
        participant.attributes["sip.callStatus"] = status
        if "participant_attributes_changed" in self._listeners:
            self.happens("participant_attributes_changed", {}, participant)

    def leaves(self, identity: str, reason: int | None) -> None:
        participant = self.remote_participants.pop(identity)
        participant.disconnect_reason = reason
        self.happens("participant_disconnected", participant)

    def receives(self, topic: str, data: bytes) -> None:
        self.happens("data_received", cast(Any, Packet(topic, data)))

    def is_told(self, message: Message) -> None:
        self.receives(message.value, proof_of(message, ROOM, SECRET))

    @property
    def as_room(self) -> rtc.Room:
        return cast(rtc.Room, self)


@dataclass
class Packet:
    topic: str | None
    data: bytes

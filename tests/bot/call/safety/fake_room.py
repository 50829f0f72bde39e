"""A room as our own connection sees it, moved on by hand."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from livekit import rtc

CALLER = "sip_caller"


class FakeRoom(rtc.EventEmitter[str]):
    """Stands in for rtc.Room: its events, its state, and the telephones in it."""

    def __init__(self) -> None:
        super().__init__()
        self.connection_state = rtc.ConnectionState.CONN_CONNECTED
        self.remote_participants: dict[str, Any] = {}
        self.local_participant = self
        self.asked_to_end: list[str] = []
        self.rpc_works = True
        self.rpc_is_sent = True
        self.attributes: dict[str, str] = {}
        self.attributes_fail: Exception | None = None

    def isconnected(self) -> bool:
        return self.connection_state != rtc.ConnectionState.CONN_DISCONNECTED

    @property
    def room(self) -> rtc.Room:
        return cast(rtc.Room, self)

    def join(
        self,
        identity: str = CALLER,
        *,
        kind: "rtc.ParticipantKind.ValueType" = rtc.ParticipantKind.PARTICIPANT_KIND_SIP,
    ) -> None:
        person = SimpleNamespace(
            identity=identity,
            kind=kind,
            disconnect_reason=None,
        )
        self.remote_participants[identity] = person
        self.emit("participant_connected", person)

    def leave(
        self, reason: "rtc.DisconnectReason.ValueType | None", identity: str = CALLER
    ) -> None:
        person = self.remote_participants.pop(identity)
        person.disconnect_reason = reason
        self.emit("participant_disconnected", person)

    def lose(self) -> None:
        self.connection_state = rtc.ConnectionState.CONN_RECONNECTING
        self.emit("reconnecting")

    def regain(self) -> None:
        self.connection_state = rtc.ConnectionState.CONN_CONNECTED
        self.emit("reconnected")

    def close(self, reason: "rtc.DisconnectReason.ValueType") -> None:
        self.connection_state = rtc.ConnectionState.CONN_DISCONNECTED
        self.emit("disconnected", reason)

    async def set_attributes(self, attributes: dict[str, str]) -> None:
        if self.attributes_fail is not None:
            raise self.attributes_fail
        self.attributes |= attributes

    async def perform_rpc(self, *, destination_identity: str, method: str, **_: object) -> str:
        self.asked_to_end.append(f"{method} {destination_identity}")
        if not self.rpc_is_sent:
            await asyncio.Event().wait()
        if not self.rpc_works:
            raise rtc.RpcError(rtc.RpcError.ErrorCode.RESPONSE_TIMEOUT, "no answer")
        self.leave(rtc.DisconnectReason.CLIENT_INITIATED, destination_identity)
        return "{}"

"""A job without LiveKit: its room, its server, and what was asked of them."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from livekit import api, rtc
from livekit.agents import JobContext
from livekit.protocol.models import ParticipantInfo

from bot.money.prices import PriceTable
from bot.records import AgentReached, CallRecord, Direction, EndReason, Records
from bot.records.diary import Diary, Who
from bot.settings import Settings
from bot.talk.clients import Clients
from bot.talk.warm import Warm
from tests.bot.call.safety.fake_room import FakeRoom
from tests.bot.settings.made import made

ROOM = "call-1"


@dataclass
class FakeServer:
    """LiveKit's API as a call uses it; with `error` it answers every question so."""

    room_of_call: FakeRoom
    error: Exception | None = None
    deleted: list[str] = field(default_factory=list)
    questions: int = 0
    people: list[ParticipantInfo] = field(default_factory=list)
    dispatches: list[api.AgentDispatch] = field(default_factory=list)

    @property
    def room(self) -> "FakeServer":
        return self

    @property
    def agent_dispatch(self) -> "FakeServer":
        return self

    async def delete_room(self, request: api.DeleteRoomRequest) -> None:
        self._answer()
        self.deleted.append(request.room)
        for identity in list(self.room_of_call.remote_participants):
            self.room_of_call.leave(rtc.DisconnectReason.ROOM_DELETED, identity)

    async def list_participants(
        self, _: api.ListParticipantsRequest
    ) -> api.ListParticipantsResponse:
        self._answer()
        return api.ListParticipantsResponse(participants=self.people)

    async def list_dispatch(self, _: str) -> list[api.AgentDispatch]:
        self._answer()
        return self.dispatches

    def _answer(self) -> None:
        self.questions += 1
        if self.error is not None:
            raise self.error


class FakeJob:
    """What a job's entry point is given. `meets`: who comes into the room, or why nobody does."""

    def __init__(self, settings: Settings | None = None, *, metadata: str = "") -> None:
        self.room = FakeRoom()
        self.api = FakeServer(self.room)
        self.job = SimpleNamespace(
            id="AJ_1", dispatch_id="AD_1", metadata=metadata, room=SimpleNamespace(name=ROOM)
        )
        self.proc = SimpleNamespace(userdata={})
        self.meets: Any = None
        self.connected: list[dict[str, Any]] = []
        self.connecting_s = 0.0
        self.goodbyes: list[str] = []
        nothing = cast(Any, None)
        settings = settings or made()
        prices = PriceTable.load(settings.kept.prices)
        records = Records.open(settings.database_url, announces=settings.webhooks.is_on)
        warm = Warm(settings, nothing, cast(Clients, nothing), prices, records)
        warm.keep(cast(Any, self.proc))

    @property
    def ctx(self) -> JobContext:
        return cast(JobContext, self)

    async def connect(self, **options: Any) -> None:
        self.connected.append(options)
        await asyncio.sleep(self.connecting_s)

    async def wait_for_participant(self) -> Any:
        if isinstance(self.meets, Exception):
            raise self.meets
        if self.meets is None:
            await asyncio.sleep(3600)
        return self.meets

    def shutdown(self, reason: str = "") -> None:
        self.goodbyes.append(reason)


@dataclass
class FakeRecorder:
    """A record that notes what became of it."""

    changes: dict[str, Any] = field(default_factory=dict)
    spoke: list[Who | None] = field(default_factory=list)
    closed: list[tuple[EndReason, str | None]] = field(default_factory=list)
    left: list[tuple[EndReason, str | None]] = field(default_factory=list)
    diary: Diary = field(default_factory=lambda: Diary(None, "one"))
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    answered_at: datetime | None = None

    @property
    def record(self) -> CallRecord:
        known: dict[str, Any] = {
            "direction": Direction.INBOUND,
            "agent_reached": AgentReached.INTRO,
            "turns": 3,
            "answered_at": self.answered_at,
        }
        return cast(CallRecord, SimpleNamespace(call_id="one", **known))

    @property
    def is_lost(self) -> bool:
        return self.lost.is_set()

    async def wait_written(self) -> None:
        await asyncio.sleep(0)

    async def is_taken(self) -> bool:
        return self.is_lost

    async def wait_lost(self) -> None:
        await self.lost.wait()

    def update(self, **changes: Any) -> None:
        self.changes |= changes

    def speaks(self, who: Who | None) -> None:
        self.spoke.append(who)

    async def close(self, reason: EndReason, error: str | None = None) -> None:
        self.closed.append((reason, error))

    async def leave_to_guardian(self, reason: EndReason, error: str | None) -> None:
        self.left.append((reason, error))

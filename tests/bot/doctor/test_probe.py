"""The doctor's probe room: deleted when the agent is all the way in, and never left behind."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit.agents import JobContext
from livekit.api import LiveKitAPI
from livekit.protocol.models import ParticipantInfo
from livekit.protocol.room import ListParticipantsResponse

from bot.call.probe import answer_probe
from bot.doctor.agent import look_at_agent
from sip.doctor.finding import Result

pytestmark = pytest.mark.unit

State = ParticipantInfo.State


class Server:
    """LiveKit's API, as far as the doctor uses it; the agent is seen in these states."""

    def __init__(self, *states: ParticipantInfo.State) -> None:
        self.states = list(states)
        self.done: list[str] = []
        self.room = self.agent_dispatch = self

    async def create_room(self, _: object) -> None:
        self.done.append("create")

    async def create_dispatch(self, _: object) -> None:
        self.done.append("ask")

    async def list_participants(self, _: object) -> ListParticipantsResponse:
        state = self.states.pop(0)
        self.done.append(ParticipantInfo.State.Name(state))
        agent = ParticipantInfo(kind=ParticipantInfo.Kind.AGENT, state=state)
        return ListParticipantsResponse(participants=[agent])

    async def delete_room(self, _: object) -> None:
        self.done.append("delete")


@pytest.mark.looptime
@pytest.mark.asyncio(loop_scope="function")
async def test_the_room_is_deleted_only_when_the_agent_is_all_the_way_in() -> None:
    server = Server(State.JOINING, State.JOINED, State.ACTIVE)
    found = await look_at_agent(cast(LiveKitAPI, server), "storyteller")
    assert found.result is Result.PASS
    assert server.done == ["create", "ask", "JOINING", "JOINED", "ACTIVE", "delete"]


class Job:
    """A job that was asked into one room and finds itself in the same, or in a new one."""

    def __init__(self, asked_into: str, joined: str) -> None:
        self.job = SimpleNamespace(room=SimpleNamespace(sid=asked_into))
        self.room = self
        self.done: list[str] = []
        self._joined = joined

    @property
    async def sid(self) -> str:
        return self._joined

    async def connect(self) -> None:
        self.done.append("connect")

    async def delete_room(self) -> None:
        self.done.append("delete")


@pytest.mark.parametrize(
    ("joined", "done"),
    [("RM_1", ["connect"]), ("RM_2", ["connect", "delete"])],
    ids=["the doctor's", "made anew"],
)
async def test_a_job_deletes_a_room_that_began_anew_after_the_doctor(
    joined: str, done: list[str]
) -> None:
    job: Any = Job("RM_1", joined)
    await answer_probe(cast(JobContext, job))
    assert job.done == done

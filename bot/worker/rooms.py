"""LiveKit's rooms as the watch sees them, and what it can do about one."""

import asyncio
import secrets
from collections import deque
from contextlib import suppress

import aiohttp
from livekit import api
from livekit.protocol.agent import JobStatus
from livekit.protocol.models import ParticipantInfo, Room

from bot.call.safety.again import ASKED_AGAIN, UNDER_WAY
from bot.call.safety.pings import PING_TOPIC, PONG
from bot.call.takeover.asked import Asked, read_asked
from bot.orders.ticket import ordered_call
from bot.records.thread import is_ticket
from bot.worker.sights.orphans import Sight, Standing
from bot.worker.signs.answers import Answer
from sip.calls.call_info import CallStatus, call_status, is_answered
from sip.calls.line import hang_up

# A watch is a guest on the server's API.
_QUESTIONS_AT_ONCE = 4
# Rooms of calls have names of their own: what was deleted stays gone.
_REMEMBERED = 1000
# Twice (bot/worker/signs/answers.py): under the worst load that was seen one answer took a second.
_PONG_S = 0.8
_OVER = frozenset({JobStatus.JS_FAILED, JobStatus.JS_SUCCESS})
_LOOK_S = 0.2
# What LiveKit says when no server answers for a room; after 3 s.
_NOBODY_ANSWERS = "unavailable"
_NOBODY = "storyline-nobody"
_CLOSES_ITSELF_S = 5
# What the API raises when LiveKit refuses or cannot be reached.
API_ERRORS = (api.ServerError, aiohttp.ClientError, TimeoutError)


class Rooms:
    """The rooms of one LiveKit project, by its API alone. Every method may raise API_ERRORS."""

    def __init__(self, livekit: api.LiveKitAPI, agent_name: str) -> None:
        self._livekit = livekit
        self._agent_name = agent_name
        self._questions = asyncio.Semaphore(_QUESTIONS_AT_ONCE)
        self._deleted: deque[str] = deque(maxlen=_REMEMBERED)

    async def look(self) -> list[Sight]:
        """Every room that LiveKit lists."""
        answer = await self._livekit.room.list_rooms(api.ListRoomsRequest())
        return await asyncio.gather(*(self._sight(room) for room in answer.rooms))

    async def _sight(self, room: Room) -> Sight:
        people = await self._people(room.name)
        telephones = [each for each in people if _is_telephone(each)]
        return Sight(
            name=room.name,
            sid=room.sid,
            has_telephone=bool(telephones),
            is_answered=any(is_answered(each.attributes) for each in telephones),
            has_agent=any(each.kind == ParticipantInfo.Kind.AGENT for each in people),
            is_empty=not people,
        )

    async def standing(self, room_name: str) -> Standing:
        """Whose room it is, by what was asked for in it."""
        dispatches = await self._dispatches(room_name)
        if not dispatches:
            return Standing.STRANGE
        if any(read_asked(each.metadata) for each in dispatches):
            return Standing.HANDED_ON
        placed = any(ordered_call(each.metadata) for each in dispatches)
        return Standing.PLACED if placed else Standing.TAKEN

    async def is_coming(self, room_name: str) -> bool:
        """Whether a job of ours is on its way, or believes to be there."""
        return any(
            job.state.status in UNDER_WAY
            for dispatch in await self._dispatches(room_name)
            for job in dispatch.state.jobs
        )

    async def ask_again(self, room_name: str) -> None:
        """Ask for the agent once more."""
        await self._ask_for_agent(room_name, ASKED_AGAIN)

    async def has_caller(self, room_name: str) -> bool:
        """Whether somebody is there who could hear."""
        agent = ParticipantInfo.Kind.AGENT
        try:
            people = await self._people(room_name)
        except api.ServerError as error:
            if error.code == "not_found":
                return False
            raise
        return any(
            each.kind != agent and call_status(each.attributes) is not CallStatus.HANGUP
            for each in people
        )

    async def take_over(
        self, room_name: str, old_job_id: str | None, call_id: str, ticket: str
    ) -> None:
        """Put the dead job out of the room, and ask for one that goes on with its call."""
        if old_job_id is not None and not is_ticket(old_job_id):
            with suppress(api.ServerError):  # it is gone already
                await self._livekit.room.remove_participant(
                    api.RoomParticipantIdentity(room=room_name, identity=f"agent-{old_job_id}")
                )
        await self._ask_for_agent(room_name, Asked(call_id, ticket).metadata)

    async def _ask_for_agent(self, room_name: str, metadata: str) -> None:
        """Where the caller has hung up in this moment LiveKit opens the room anew, and would leave
        it open.
        """
        before = await self._sid(room_name)
        if before is None:
            return
        await self._livekit.agent_dispatch.create_dispatch(
            api.CreateAgentDispatchRequest(
                agent_name=self._agent_name, room=room_name, metadata=metadata
            )
        )
        if await self._sid(room_name) != before:
            await hang_up(self._livekit, room_name)

    async def _sid(self, room_name: str) -> str | None:
        answer = await self._livekit.room.list_rooms(api.ListRoomsRequest(names=[room_name]))
        return next((room.sid for room in answer.rooms), None)

    async def is_served(self, room_name: str) -> bool:
        """Whether a server of LiveKit's has the room, and not only its list."""
        try:
            await self._dispatches(room_name)
        except api.ServerError as error:
            if error.code == _NOBODY_ANSWERS:
                return False
            raise
        return True

    async def clear(self, room_name: str) -> None:
        """Take a room off the list that no server has. Raises HangUpFailed.

        It has to be opened for that: LiveKit does not delete what no server has. Nobody serves the
        agent that is named for it; without, LiveKit would ask for the one of the call that was.
        """
        await self._livekit.room.create_room(
            api.CreateRoomRequest(
                name=room_name,
                empty_timeout=_CLOSES_ITSELF_S,
                agents=[api.RoomAgentDispatch(agent_name=_NOBODY)],
            )
        )
        await hang_up(self._livekit, room_name)

    async def hang_up(self, room_name: str) -> bool:
        """End the call; False when LiveKit knows no such room, and not because we deleted it.

        Raises HangUpFailed.
        """
        if await hang_up(self._livekit, room_name):
            self._deleted.append(room_name)
        return room_name in self._deleted

    async def ask(self, room_name: str, job_id: str | None) -> Answer:
        """Ask the job in its room. One that answers lives, whatever else it cannot do."""
        agent = await self._agent(room_name, job_id)
        if agent is None:
            return Answer.SILENT
        if await self._answers(room_name, agent, job_id):
            return Answer.LIVES
        return Answer.ENDED if await self._is_over(room_name, job_id) else Answer.SILENT

    async def _is_over(self, room_name: str, job_id: str | None) -> bool:
        """Whether LiveKit knows that the job has ended. Of a room that is gone it says nothing, by
        an error.
        """
        try:
            dispatches = await self._dispatches(room_name)
        except api.ServerError:
            return False
        jobs = [job for dispatch in dispatches for job in dispatch.state.jobs]
        return any(each.id == job_id and each.state.status in _OVER for each in jobs)

    async def _answers(self, room_name: str, asked: ParticipantInfo, job_id: str | None) -> bool:
        word = secrets.token_hex(8)
        await self._livekit.room.send_data(
            api.SendDataRequest(
                room=room_name,
                kind=api.DataPacket.Kind.RELIABLE,
                topic=PING_TOPIC,
                data=word.encode(),
                destination_identities=[asked.identity],
            )
        )
        for _ in range(round(_PONG_S / _LOOK_S)):
            await asyncio.sleep(_LOOK_S)
            agent = await self._agent(room_name, job_id)
            if agent is None or agent.attributes.get(PONG) == word:
                return agent is not None
        return False

    async def _agent(self, room_name: str, job_id: str | None) -> ParticipantInfo | None:
        if job_id is None:
            return None
        return next(
            (
                each
                for each in await self._people(room_name)
                # LiveKit Agents calls its participants after their jobs.
                if each.kind == ParticipantInfo.Kind.AGENT and each.identity == f"agent-{job_id}"
            ),
            None,
        )

    async def _people(self, room_name: str) -> list[ParticipantInfo]:
        async with self._questions:
            request = api.ListParticipantsRequest(room=room_name)
            answer = await self._livekit.room.list_participants(request)
        gone = ParticipantInfo.State.DISCONNECTED
        return [each for each in answer.participants if each.state != gone]

    async def _dispatches(self, room_name: str) -> list[api.AgentDispatch]:
        found = await self._livekit.agent_dispatch.list_dispatch(room_name)
        return [each for each in found if each.agent_name == self._agent_name]


def _is_telephone(participant: ParticipantInfo) -> bool:
    hung_up = call_status(participant.attributes) is CallStatus.HANGUP
    return participant.kind == ParticipantInfo.Kind.SIP and not hung_up

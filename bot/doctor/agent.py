"""Does a live worker serve the agents that our rules ask for?"""

import asyncio
import secrets

import aiohttp
from livekit.api import (
    CreateAgentDispatchRequest,
    CreateRoomRequest,
    DeleteRoomRequest,
    ListParticipantsRequest,
    LiveKitAPI,
    ServerError,
)
from livekit.protocol.models import ParticipantInfo

from bot.doctor.probe import PROBE_METADATA
from sip.access import translated_errors
from sip.doctor.finding import AGENT, Finding, failed, passed
from sip.errors import ServerRefused

_POLL_S = 0.25
_ROOM_LEFT_S = 60  # after that the server closes a probe room that we could not delete
DEFAULT_WAIT_S = 12.0  # a cold worker starts a process first


async def look_at_agent(
    api: LiveKitAPI, agent_name: str, wait_s: float = DEFAULT_WAIT_S
) -> Finding:
    """Ask for the agent in a room of its own, see it join, and delete the room."""
    room = f"doctor-{secrets.token_hex(6)}"
    try:
        async with translated_errors():
            await api.room.create_room(
                CreateRoomRequest(name=room, empty_timeout=_ROOM_LEFT_S, departure_timeout=1)
            )
            await api.agent_dispatch.create_dispatch(
                CreateAgentDispatchRequest(
                    agent_name=agent_name, room=room, metadata=PROBE_METADATA
                )
            )
            joined = await _joins(api, room, wait_s)
    except ServerRefused as refusal:
        return failed(AGENT, f"{agent_name} could not be asked for: {refusal}", "See above")
    finally:
        await _delete(api, room)
    if joined:
        return passed(AGENT, f"a worker serves {agent_name}")
    return failed(
        AGENT,
        f"nobody serves {agent_name}: no worker joined within {wait_s:g} s",
        "Start the worker (python -m bot) with these keys, and compare STORYLINE_AGENT_NAME",
    )


async def _joins(api: LiveKitAPI, room: str, wait_s: float) -> bool:
    """Whether an agent comes in time, and all the way in.

    One whose room is deleted while it is still connecting would try again, and the server would
    make the room anew for it: seen 15 s later, once in fifteen times.
    """
    try:
        async with asyncio.timeout(wait_s):
            while True:
                found = await api.room.list_participants(ListParticipantsRequest(room=room))
                if any(map(_is_agent, found.participants)):
                    return True
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        return False


def _is_agent(participant: ParticipantInfo) -> bool:
    is_in = participant.state == ParticipantInfo.State.ACTIVE
    return is_in and participant.kind == ParticipantInfo.Kind.AGENT


async def _delete(api: LiveKitAPI, room: str) -> None:
    """Delete the room; one that was never made, or is out of reach, ends by itself."""
    try:
        await api.room.delete_room(DeleteRoomRequest(room=room))
    except (ServerError, aiohttp.ClientError, TimeoutError):
        return

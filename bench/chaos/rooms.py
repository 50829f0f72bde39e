"""LiveKit, asked from beside the line as an operator would."""

from dataclasses import dataclass

import aiohttp
from livekit import api
from livekit.protocol.models import ParticipantInfo

from local.stack import Stack

_LIMIT_S = 3.0
# Where a trunk puts the header in which its carrier vouches for a caller.
_ATTESTATION = "storyline.attestation"


@dataclass(frozen=True)
class Rooms:
    """Those of one stack. Without "None" in its answer a method raises what the API raises."""

    stack: Stack

    async def count(self) -> int | None:
        """How many there are; None when LiveKit does not say."""
        async with self._livekit() as livekit:
            try:
                return len(await _names(livekit))
            except (api.ServerError, aiohttp.ClientError, TimeoutError):
                return None

    async def ask_for_agent(self) -> None:
        """Ask for one more agent in the only room there is, as LiveKit may."""
        async with self._livekit() as livekit:
            (name,) = await _names(livekit)
            await livekit.agent_dispatch.create_dispatch(
                api.CreateAgentDispatchRequest(agent_name="storyteller", room=name)
            )

    async def is_anybody_attested(self) -> bool:
        """Whether a carrier's word for a caller's number stands in any room."""
        async with self._livekit() as livekit:
            people = [
                each for name in await _names(livekit) for each in await _people(livekit, name)
            ]
        return any(_ATTESTATION in each.attributes for each in people)

    def _livekit(self) -> api.LiveKitAPI:
        stack = self.stack
        timeout = aiohttp.ClientTimeout(total=_LIMIT_S)
        return api.LiveKitAPI(stack.livekit_url, stack.api_key, stack.api_secret, timeout=timeout)


async def _names(livekit: api.LiveKitAPI) -> list[str]:
    rooms = (await livekit.room.list_rooms(api.ListRoomsRequest())).rooms
    return [room.name for room in rooms]


async def _people(livekit: api.LiveKitAPI, room_name: str) -> list[ParticipantInfo]:
    """Nobody, where the room has gone meanwhile."""
    try:
        asked = api.ListParticipantsRequest(room=room_name)
        return list((await livekit.room.list_participants(asked)).participants)
    except api.ServerError:
        return []

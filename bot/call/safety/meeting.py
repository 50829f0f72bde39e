"""Coming into the room of a telephone that waits there, or has left it meanwhile."""

import asyncio

import aiohttp
from livekit import api, rtc
from livekit.agents import AutoSubscribe, JobContext
from livekit.protocol.models import ParticipantInfo

from bot.livekit_gaps import cancel_and_wait

# LiveKit's client waits 15 s for a room that is closed while it connects, and then opens it anew;
# its own API knows at once that nobody is there. Connecting takes a third of a second.
_LOOK_S = 1.0
_LOOKS = 3
_ASK_LIMIT_S = 2.0


class NobodyThere(Exception):
    """Whoever was to be met has left, or did not come."""


async def meet(ctx: JobContext, *, limit_s: float) -> rtc.RemoteParticipant:
    """Connect, and return who is there, or comes within `limit_s`. Raises NobodyThere, and what
    connecting raises.

    A room exists because of its telephone: when LiveKit has shown nobody in it three times in a
    row, the connection is not waited for.
    """
    connecting = asyncio.create_task(
        ctx.connect(auto_subscribe=AutoSubscribe.AUDIO_ONLY), name="connecting"
    )
    empty = asyncio.create_task(_until_empty(ctx), name="is anybody there")
    try:
        await asyncio.wait({connecting, empty}, return_when=asyncio.FIRST_COMPLETED)
        if not connecting.done():
            empty.result()
            raise NobodyThere("the caller left while we were connecting")
        connecting.result()
    finally:
        await cancel_and_wait(connecting, empty)
    try:
        async with asyncio.timeout(limit_s):
            return await ctx.wait_for_participant()
    except TimeoutError:
        raise NobodyThere("no caller came into the room") from None
    except RuntimeError:  # LiveKit closes a room that its only caller has left
        raise NobodyThere("the caller had left before we came") from None


async def _until_empty(ctx: JobContext) -> None:
    """Return when nobody but agents has been in the room for `_LOOKS` looks."""
    looks = 0
    while looks < _LOOKS:
        await asyncio.sleep(_LOOK_S)
        looks = 0 if await _is_anybody_there(ctx) else looks + 1


async def _is_anybody_there(ctx: JobContext) -> bool:
    """Yes, too, where LiveKit does not say."""
    request = api.ListParticipantsRequest(room=ctx.job.room.name)
    try:
        async with asyncio.timeout(_ASK_LIMIT_S):
            people = (await ctx.api.room.list_participants(request)).participants
    except api.ServerError as error:
        return error.code != "not_found"
    except (aiohttp.ClientError, TimeoutError):
        return True
    return any(each.kind != ParticipantInfo.Kind.AGENT for each in people)

"""A job that was asked for because the first one never came: is it still needed?"""

import asyncio
import logging
from typing import TYPE_CHECKING

import aiohttp
from livekit import api
from livekit.protocol.agent import JobStatus
from livekit.protocol.models import ParticipantInfo

if TYPE_CHECKING:
    # To read it takes two seconds of a processor, and the watch, which needs none of it, is to be
    # there at once.
    from livekit.agents import JobContext

logger = logging.getLogger("storyline.call")

ASKED_AGAIN = "storyline watch: asked again"
"""The metadata of such a job."""

# LiveKit's client sets no limit of its own, and the caller rings.
_LIMIT_S = 2.0

UNDER_WAY = frozenset({JobStatus.JS_PENDING, JobStatus.JS_RUNNING})


async def is_needed(ctx: "JobContext") -> bool:
    """False when the caller has left, or another storyteller is there or was asked for before.

    Several watches may have asked in the same moment; a caller wants one Echo. A LiveKit that
    does not say is taken for a yes: silence is worse than two voices.
    """
    room_name = ctx.job.room.name
    try:
        async with asyncio.timeout(_LIMIT_S):
            request = api.ListParticipantsRequest(room=room_name)
            people = await ctx.api.room.list_participants(request)
            kinds = {each.kind for each in people.participants}
            if ParticipantInfo.Kind.AGENT in kinds or not kinds:
                return False
            dispatches = await ctx.api.agent_dispatch.list_dispatch(room_name)
    except (api.ServerError, aiohttp.ClientError, TimeoutError) as error:
        logger.warning("LiveKit does not say who else is there", extra={"error": repr(error)})
        return True
    asked = [
        (each.state.created_at, each.id)
        for each in dispatches
        if each.metadata == ASKED_AGAIN
        and (
            each.id == ctx.job.dispatch_id
            or any(job.state.status in UNDER_WAY for job in each.state.jobs)
        )
    ]
    return not asked or min(asked)[1] == ctx.job.dispatch_id

"""What stands behind the room: LiveKit's own store, without which a call is about to be lost."""

import asyncio
import logging

import aiohttp
from livekit import api

from bot.records.record import EndReason
from bot.talk.floor.ending import Ending

logger = logging.getLogger("storyline.call")

STORE_LOST = "LiveKit has lost its store (Redis)"

# LiveKit looks every question up in Redis. When Redis is gone the sound goes on for 8 to 12 s,
# then every participant is thrown out and nobody can hang up any more: the telephone stays
# connected to silence. Until then the telephone itself can still be asked to hang up.
_ASK_S = 2.0
_ASK_LIMIT_S = 2.0
_IN_A_ROW = 3
_STORE_IS_AWAY = frozenset({"internal", "unknown", "unavailable"})


async def end_before_the_store_is_missed(
    livekit: api.LiveKitAPI, room_name: str, ending: Ending, *, ask_s: float = _ASK_S
) -> None:
    """End the call when LiveKit has answered with errors of its own for about 6 s.

    A LiveKit that cannot be reached is another matter: the room itself may be well.
    """
    failures = 0
    while failures < _IN_A_ROW:
        await asyncio.sleep(ask_s)
        try:
            async with asyncio.timeout(_ASK_LIMIT_S):
                await livekit.room.list_participants(api.ListParticipantsRequest(room=room_name))
        except api.ServerError as error:
            failures = failures + 1 if error.code in _STORE_IS_AWAY else 0
        except (aiohttp.ClientError, TimeoutError):
            failures = 0
        else:
            failures = 0
    logger.error("LiveKit has lost its store: the call is ended while that can be done")
    ending.set(EndReason.FAILED, STORE_LOST)

"""Ending a call. In LiveKit a telephone call ends when its room is deleted."""

import asyncio
from collections.abc import Sequence

import aiohttp
from livekit.api import DeleteRoomRequest, LiveKitAPI, ServerError

from sip.errors import HangUpFailed

_RETRY_DELAYS_S = (0.2, 1.0)
# Three attempts and their pauses stay below the 20 s that a worker gives an ending call.
_ATTEMPT_LIMIT_S = 3.0
# Trying again cannot help against these.
_FINAL_CODES = frozenset({"unauthenticated", "permission_denied", "invalid_argument"})


async def hang_up(
    api: LiveKitAPI, room_name: str, *, retry_delays_s: Sequence[float] = _RETRY_DELAYS_S
) -> bool:
    """Delete the room, which makes LiveKit SIP send BYE. Harmless when the room is gone already.

    False when LiveKit knows no such room: it is gone, or the server has lost its memory of it
    (it looks rooms up in Redis), and then the telephone may still be connected.
    Audio that is still on its way to the caller is cut: wait for it before hanging up.
    Raises HangUpFailed when the room may still exist after every attempt.
    """
    attempts = 0
    reason, is_unreachable = "", False
    for delay_s in (*retry_delays_s, None):
        attempts += 1
        try:
            async with asyncio.timeout(_ATTEMPT_LIMIT_S):
                await api.room.delete_room(DeleteRoomRequest(room=room_name))
        except ServerError as error:
            if error.code == "not_found":
                return False
            reason, is_unreachable = f"{error.code}: {error.message}", False
            if error.code in _FINAL_CODES:
                break
        except (aiohttp.ClientError, TimeoutError) as error:
            reason = f"LiveKit could not be reached ({type(error).__name__})"
            is_unreachable = True
        else:
            return True
        if delay_s is not None:
            await asyncio.sleep(delay_s)
    raise HangUpFailed(room_name, attempts, reason, is_unreachable=is_unreachable)

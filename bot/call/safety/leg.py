"""The end of a telephone's leg: asked for, and seen."""

import asyncio
import logging
from contextlib import suppress

from livekit import rtc
from livekit.api import LiveKitAPI

from sip.calls.line import hang_up
from sip.errors import HangUpFailed

logger = logging.getLogger("storyline.call")

# LiveKit SIP registers this for its own participant: BYE, without asking any server.
_END_CALL = "lk.sip.EndCall"
_GONE_S = 3.0
# A caller who has hung up at the same moment is seen to leave within this.
_LEAVING_S = 1.0
# Whoever is cut off from LiveKit does not get through by trying longer, and the watches wait.
_CUT_OFF_S = 3.0


async def end_legs(
    api: LiveKitAPI, room: rtc.Room, room_name: str, *, server_is_lost: bool = False
) -> None:
    """Hang up, and return when no telephone is left in the room.

    LiveKit looks rooms up in Redis, so one that lost its data calls a room gone in which people
    are still talking. Whoever is in the room sees it, and can ask the telephone itself.
    With `server_is_lost` the telephone is asked first, while that still goes through.
    Raises HangUpFailed when a telephone may still be connected.
    """
    if server_is_lost and await _hung_up_themselves(room):
        return
    try:
        known = await _delete(api, room, room_name)
    except HangUpFailed as refusal:
        # The question would wait for a connection that is lost, and the watches for us.
        if not _is_connected(room) or not await _hung_up_themselves(room):
            raise refusal from None
        return
    if await _all_gone(room, _GONE_S if known else _LEAVING_S):
        return
    if not await _hung_up_themselves(room):
        raise HangUpFailed(room_name, 1, "the telephone is still connected")


async def _delete(api: LiveKitAPI, room: rtc.Room, room_name: str) -> bool:
    """As `hang_up`, but not for long while our own connection is lost."""
    try:
        async with asyncio.timeout(None if _is_connected(room) else _CUT_OFF_S):
            return await hang_up(api, room_name)
    except TimeoutError:
        raise HangUpFailed(room_name, 1, "we are cut off from LiveKit") from None


def _is_connected(room: rtc.Room) -> bool:
    return room.connection_state == rtc.ConnectionState.CONN_CONNECTED


async def _hung_up_themselves(room: rtc.Room) -> bool:
    """Ask each telephone in the room to hang up; whether we have seen that none is left."""
    said_so = [await _end_call(room, identity) for identity in _telephones(room)]
    if said_so and all(said_so):
        return True
    gone = await _all_gone(room, _GONE_S)
    # That nobody is seen over a connection which is lost proves nothing.
    return gone and _is_connected(room)


def _telephones(room: rtc.Room) -> list[str]:
    return [
        each.identity
        for each in room.remote_participants.values()
        if each.kind == rtc.ParticipantKind.PARTICIPANT_KIND_SIP
    ]


async def _end_call(room: rtc.Room, identity: str) -> bool:
    """Whether the telephone has said that it hangs up."""
    logger.warning("the room could not be deleted: asking the telephone itself to hang up")
    try:
        # Its own limit begins when the question is sent, which a lost connection never does.
        async with asyncio.timeout(_GONE_S + _LEAVING_S):
            await room.local_participant.perform_rpc(
                destination_identity=identity,
                method=_END_CALL,
                payload="{}",
                response_timeout=_GONE_S,
            )
    except (rtc.RpcError, TimeoutError) as error:
        logger.warning("the telephone did not answer", extra={"error": repr(error)})
        return False
    return True


async def _all_gone(room: rtc.Room, limit_s: float) -> bool:
    """Whether every telephone has left, or we have been put out of the room, within the limit."""
    changed = asyncio.Event()

    def on_change(_: object) -> None:
        changed.set()

    room.on("participant_disconnected", on_change)
    room.on("disconnected", on_change)
    try:
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while room.isconnected() and _telephones(room):
                    await changed.wait()
                    changed.clear()
    finally:
        room.off("participant_disconnected", on_change)
        room.off("disconnected", on_change)
    return not (room.isconnected() and _telephones(room))

"""Two storytellers in one room: the one that came later leaves."""

import asyncio

from livekit import rtc

# LiveKit makes a room anew after a restart and asks for an agent again, while the one that told the
# story comes back by itself, within its patience for a lost connection.
_LOOK_FOR_S = 20.0
_LOOK_S = 0.25
# One that finds us here leaves again at once; one that stays was here before.
_STAYS_S = 3.0


async def wait_for_rival(room: rtc.Room, *, look_s: float = _LOOK_S) -> bool:
    """Watch a call's first seconds; True when somebody else was there before, who is to go on."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + _LOOK_FOR_S
    connected = False
    together_s = 0.0
    while loop.time() < end_s:
        if room.isconnected():
            found = _another(room)
            if found and not connected:
                return True
            connected = True
            together_s = together_s + look_s if found else 0.0
            if together_s >= _STAYS_S:
                return True
        await asyncio.sleep(look_s)
    return False


def _another(room: rtc.Room) -> bool:
    return any(
        each.kind == rtc.ParticipantKind.PARTICIPANT_KIND_AGENT
        for each in room.remote_participants.values()
    )

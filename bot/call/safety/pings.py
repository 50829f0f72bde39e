"""A call's answer to the question whether it is alive, given in the room itself.

The watch asks by a message into the room; the job answers with an attribute of its participant,
which everybody with the API key can read. No database is needed, and no clock.
"""

import asyncio
import logging

from livekit import rtc

logger = logging.getLogger("storyline.call")

PING_TOPIC = "storyline.ping"
PONG = "storyline.pong"
"""The attribute; its value is what the ping held."""
_LONGEST_PING = 32


def answer_pings(room: rtc.Room) -> None:
    """Answer every ping into `room` for as long as it lives."""
    answers: set[asyncio.Task[None]] = set()

    def on_data(packet: rtc.DataPacket) -> None:
        # From the server's own API; who else can send into the room need not be answered.
        if packet.topic != PING_TOPIC or packet.participant or len(packet.data) > _LONGEST_PING:
            return
        word = packet.data.decode("ascii", errors="replace")
        task = asyncio.create_task(_answer(room, word), name="answer to a ping")
        answers.add(task)
        task.add_done_callback(answers.discard)

    room.on("data_received", on_data)


async def _answer(room: rtc.Room, word: str) -> None:
    try:
        await room.local_participant.set_attributes({PONG: word})
    except Exception as error:
        # The edge of the native client, whose errors have no common type. An answer that is not
        # given looks like a dead call, which the watch makes sure of in other ways.
        logger.warning("a ping could not be answered", extra={"error": repr(error)})

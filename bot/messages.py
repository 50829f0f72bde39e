"""What we tell a call from outside, by a message into its room: to end, in one way or another.

Everybody in a room may send data to it, a hidden participant too. So a message carries proof that
its sender knows the API secret: nobody else can end a call.
"""

import hashlib
import hmac
from enum import StrEnum

from livekit.api import DataPacket, LiveKitAPI, SendDataRequest


class Message(StrEnum):
    """What a call is told; the value is the topic."""

    END = "storyline.end"  # an operator ends the call, at once
    GOODBYE = "storyline.goodbye"  # an operator ends the call, with a goodbye
    SHUTDOWN = "storyline.shutdown"  # the worker goes: say goodbye


def proof_of(message: Message, room_name: str, secret: str) -> bytes:
    """What only somebody with the API secret can write, for this message in this room."""
    return hmac.digest(secret.encode(), f"{message}:{room_name}".encode(), hashlib.sha256)


async def send(api: LiveKitAPI, secret: str, room_name: str, message: Message) -> None:
    """Send `message` into a room. Raises ServerError, aiohttp.ClientError or TimeoutError."""
    await api.room.send_data(
        SendDataRequest(
            room=room_name,
            kind=DataPacket.Kind.RELIABLE,
            topic=message.value,
            data=proof_of(message, room_name, secret),
        )
    )


def read(topic: str | None, data: bytes, room_name: str, secret: str) -> Message | None:
    """What came in a room says; None when it is not one of ours."""
    try:
        message = Message(topic or "")
    except ValueError:
        return None
    genuine = hmac.compare_digest(data, proof_of(message, room_name, secret))
    return message if genuine else None

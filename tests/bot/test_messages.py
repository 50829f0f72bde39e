"""Only who knows the secret can tell a call to end, and only that call."""

from typing import Any, cast

import pytest
from livekit.api import DataPacket, SendDataRequest

from bot.messages import Message, proof_of, read, send

pytestmark = pytest.mark.unit

ROOM, SECRET = "call-1", "a secret"


class FakeLiveKit:
    def __init__(self) -> None:
        self.sent: list[SendDataRequest] = []

    @property
    def room(self) -> "FakeLiveKit":
        return self

    async def send_data(self, request: SendDataRequest) -> None:
        self.sent.append(request)


async def sent(message: Message) -> SendDataRequest:
    livekit = FakeLiveKit()
    await send(cast(Any, livekit), SECRET, ROOM, message)
    [request] = livekit.sent
    return request


@pytest.mark.parametrize("message", Message)
async def test_what_is_sent_is_understood_in_its_room(message: Message) -> None:
    request = await sent(message)
    assert request.room == ROOM
    assert read(request.topic, request.data, ROOM, SECRET) is message


async def test_a_message_does_not_get_lost_on_the_way() -> None:
    assert (await sent(Message.END)).kind == DataPacket.Kind.RELIABLE


async def test_the_secret_is_not_in_the_message() -> None:
    assert SECRET.encode() not in (await sent(Message.END)).SerializeToString()


def test_a_proof_is_for_one_message_in_one_room_by_one_secret() -> None:
    proofs = {
        proof_of(message, room, secret)
        for message in Message
        for room in (ROOM, "call-2")
        for secret in (SECRET, "another")
    }
    assert len(proofs) == 4 * len(Message)


@pytest.mark.parametrize("cut", [slice(-1), slice(1, None), slice(0)])
def test_a_proof_that_is_not_whole_is_none(cut: slice) -> None:
    proof = proof_of(Message.END, ROOM, SECRET)
    assert read(Message.END, proof[cut], ROOM, SECRET) is None


@pytest.mark.parametrize("topic", [None, "", "chat", "storyline.END"])
def test_another_topic_is_none_of_ours(topic: str | None) -> None:
    assert read(topic, proof_of(Message.END, ROOM, SECRET), ROOM, SECRET) is None

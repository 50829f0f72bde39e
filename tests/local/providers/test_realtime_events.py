"""The realtime protocol spoken by hand, where the plugin never goes."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from local.providers.openai.realtime.conversation import Conversation, Item, Spoken
from local.providers.openai.realtime.sentences import sentences
from tests.local.providers.shapes import check_event

pytestmark = pytest.mark.unit


class Wire:
    """A websocket that checks every event it receives."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws

    async def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Sends an event and returns the next one of the server."""
        await self._ws.send_json({"type": kind, "event_id": "e1", **fields})
        return await self.receive()

    async def send_text(self, text: str) -> dict[str, Any]:
        await self._ws.send_str(text)
        return await self.receive()

    async def receive(self) -> dict[str, Any]:
        event: dict[str, Any] = await self._ws.receive_json(timeout=3)
        check_event(event)
        return event


@pytest.fixture
async def wire(base_url: str, http: aiohttp.ClientSession) -> AsyncIterator[Wire]:
    async with http.ws_connect(f"{base_url}/v1/realtime?model=gpt-realtime") as ws:
        wire = Wire(ws)
        assert (await wire.receive())["type"] == "session.created"
        yield wire


def user(text: str, item_id: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"id": item_id, "type": "message", "role": "user", "content": content}


async def test_session_update_changes_only_what_is_given(wire: Wire) -> None:
    audio = {"input": {"turn_detection": None}, "output": {"voice": "echo"}}
    update = {"type": "realtime", "audio": audio}
    session = (await wire.ask("session.update", session=update))["session"]
    assert session["audio"]["input"]["turn_detection"] is None
    assert session["audio"]["input"]["format"] == {"type": "audio/pcm", "rate": 24_000}
    assert session["audio"]["output"]["voice"] == "echo"
    update = {"type": "realtime", "instructions": "Be brief."}
    session = (await wire.ask("session.update", session=update))["session"]
    assert session["instructions"] == "Be brief."
    assert session["audio"]["output"]["voice"] == "echo"


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"type": "no.such.event"}, None),
        ({"type": "session.update"}, None),
        ({"type": "session.update", "session": {"tools": 5}}, "invalid_value"),
        (
            {
                "type": "session.update",
                "session": {"audio": {"input": {"format": {"type": "audio/pcmu"}}}},
            },
            "invalid_value",
        ),
        ({"type": "input_audio_buffer.append", "audio": "%"}, None),
        ({"type": "conversation.item.delete", "item_id": "gone"}, "item_not_found"),
        ({"type": "conversation.item.truncate", "item_id": "gone"}, "item_not_found"),
        ({"type": "conversation.item.retrieve"}, None),
        ({"type": "conversation.item.create", "item": {"type": "message"}}, None),
        ({"type": "conversation.item.create", "item": {"type": "picture"}}, None),
        ({"type": "response.cancel"}, "response_cancel_not_active"),
    ],
)
async def test_nonsense_is_an_error_event(
    wire: Wire, event: dict[str, Any], code: str | None
) -> None:
    answer = await wire.ask(
        **{"kind": event["type"], **{k: v for k, v in event.items() if k != "type"}}
    )
    assert answer["type"] == "error"
    assert answer["error"]["code"] == code
    assert answer["error"]["event_id"] == "e1"
    assert answer["error"]["message"]


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
async def test_broken_json_is_an_error_event(wire: Wire, text: str) -> None:
    assert (await wire.send_text(text))["type"] == "error"


async def test_items_are_created_retrieved_and_deleted(wire: Wire) -> None:
    added = await wire.ask("conversation.item.create", item=user("Hello", "i1"))
    assert (added["type"], added["previous_item_id"]) == ("conversation.item.added", None)
    assert (await wire.receive())["type"] == "conversation.item.done"
    added = await wire.ask("conversation.item.create", item=user("There", "i2"))
    assert added["previous_item_id"] == "i1"
    await wire.receive()
    first = await wire.ask(
        "conversation.item.create", item=user("First", "i0"), previous_item_id="root"
    )
    assert first["previous_item_id"] is None
    await wire.receive()
    again = await wire.ask("conversation.item.create", item=user("Hello", "i1"))
    assert again["error"]["code"] == "item_create_duplicate_item_id"
    got = await wire.ask("conversation.item.retrieve", item_id="i2")
    assert got["item"]["content"] == [{"type": "input_text", "text": "There"}]
    assert (await wire.ask("conversation.item.delete", item_id="i2"))["item_id"] == "i2"
    gone = await wire.ask("conversation.item.retrieve", item_id="i2")
    assert gone["error"]["code"] == "item_not_found"


async def test_model_is_required_and_keys_are_checked(
    base_url: str, http: aiohttp.ClientSession
) -> None:
    async with http.get(f"{base_url}/v1/realtime") as response:
        assert response.status == 400
    headers = {"Authorization": "Bearer wrong-key"}
    async with http.get(f"{base_url}/v1/realtime?model=m", headers=headers) as response:
        assert response.status == 401
        assert (await response.json())["error"]["code"] == "invalid_api_key"


@pytest.mark.parametrize(
    ("audio_end_ms", "kept"),
    [
        (0, ""),
        (500, "One"),
        (1000, "One two."),
        (1500, "One two. Three"),
        (9000, "One two. Three four."),
    ],
)
def test_truncation_keeps_what_was_heard(audio_end_ms: int, kept: str) -> None:
    item = Item("message", by_voice=True, text="One two. Three four.")
    item.spoken = [Spoken("One two.", 1000), Spoken("Three four.", 2000)]
    item.truncate(audio_end_ms)
    assert item.text == kept


def test_words_that_were_not_understood_are_no_message() -> None:
    conversation = Conversation()
    conversation.add(Item("message", role="user", by_voice=True, text=""))
    assert conversation.messages() == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("Hello", ["Hello"]),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("“Come in.” She did.", ["“Come in.”", "She did."]),
        ("It cost 3.50 then...  Yes.", ["It cost 3.50 then...", "Yes."]),
    ],
)
def test_text_is_split_at_sentences(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts

"""The items of one realtime conversation, in order."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from local.providers.openai.realtime.wire import ClientEventError, new_id
from local.storyteller.messages import Message, ToolCall

Role = Literal["system", "user", "assistant"]
Status = Literal["in_progress", "completed", "incomplete"]
ROOT = "root"


@dataclass(frozen=True)
class Spoken:
    """A sentence and where its sound ends within the item."""

    text: str
    end_ms: int


@dataclass(eq=False)
class Item:
    """A message, a function call or a function call's output."""

    kind: Literal["message", "function_call", "function_call_output"]
    id: str = field(default_factory=lambda: new_id("item"))
    status: Status = "completed"
    role: Role = "assistant"
    text: str = ""
    by_voice: bool = False
    """The text is a transcript: of the caller's sound or of the response's."""
    transcribed: bool = True
    name: str = ""
    call_id: str = ""
    arguments: str = ""
    output: str = ""
    spoken: list[Spoken] = field(default_factory=list)

    def set_arguments(self, arguments: Mapping[str, str]) -> None:
        self.arguments = json.dumps(dict(arguments))

    def wire(self) -> dict[str, Any]:
        common = {"id": self.id, "object": "realtime.item", "type": self.kind}
        match self.kind:
            case "function_call":
                return {
                    **common,
                    "status": self.status,
                    "name": self.name,
                    "call_id": self.call_id,
                    "arguments": self.arguments,
                }
            case "function_call_output":
                return {**common, "call_id": self.call_id, "output": self.output}
        return {**common, "status": self.status, "role": self.role, "content": self._content()}

    def _content(self) -> list[dict[str, Any]]:
        if self.role == "assistant":
            if self.status == "in_progress" and not self.text:
                return []
            if self.by_voice:
                return [{"type": "output_audio", "transcript": self.text}]
            return [{"type": "output_text", "text": self.text}]
        if self.by_voice:
            transcript = self.text if self.transcribed else None
            return [{"type": "input_audio", "transcript": transcript}]
        return [{"type": "input_text", "text": self.text}]

    def truncate(self, audio_end_ms: int) -> None:
        """Forgets what was not heard: whole sentences, and the words of the one cut in two."""
        kept: list[Spoken] = []
        begin_ms = 0
        for sentence in self.spoken:
            if sentence.end_ms > audio_end_ms:
                words = sentence.text.split()
                part = (audio_end_ms - begin_ms) / max(1, sentence.end_ms - begin_ms)
                heard = " ".join(words[: int(len(words) * part)])
                kept += [Spoken(heard, audio_end_ms)] * bool(heard)
                break
            kept.append(sentence)
            begin_ms = sentence.end_ms
        self.spoken = kept
        self.text = " ".join(sentence.text for sentence in kept)


class Conversation:
    """Ordered items with unique ids. Raises ClientEventError for what is not there."""

    def __init__(self) -> None:
        self.id = new_id("conv")
        self._items: list[Item] = []

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def get(self, item_id: str) -> Item:
        return self._items[self._index(item_id)]

    def add(self, item: Item, after_id: str | None = None) -> str | None:
        """Puts it after that item, at the end (None) or first (ROOT); says what is before it."""
        if any(held.id == item.id for held in self._items):
            raise ClientEventError(
                f"Error adding item: an item with id '{item.id}' already exists.",
                code="item_create_duplicate_item_id",
            )
        if after_id is None:
            index = len(self._items)
        else:
            index = 0 if after_id == ROOT else self._index(after_id) + 1
        self._items.insert(index, item)
        return self.before(item)

    def before(self, item: Item) -> str | None:
        """The id of the item before it, or None; also None when it was deleted meanwhile."""
        index = self._items.index(item) if item in self._items else 0
        return self._items[index - 1].id if index else None

    def delete(self, item_id: str) -> None:
        del self._items[self._index(item_id)]

    def messages(self) -> list[Message]:
        """The history as the storyteller reads it; what was not understood is left out."""
        return [message for item in self._items if (message := _message(item))]

    def _index(self, item_id: str) -> int:
        for index, item in enumerate(self._items):
            if item.id == item_id:
                return index
        raise ClientEventError(
            f"Item with id '{item_id}' does not exist.", code="item_not_found", param="item_id"
        )


def _message(item: Item) -> Message | None:
    match item.kind:
        case "function_call":
            call = ToolCall(item.name, json.loads(item.arguments or "{}"), item.call_id)
            return Message("assistant", "", (call,))
        case "function_call_output":
            return Message("tool", item.output)
    return Message(item.role, item.text) if item.text else None


def read_item(body: dict[str, Any]) -> Item:
    """An item as the client describes it. Raises ClientEventError."""
    try:
        kind = body["type"]
        item = Item(kind, id=body.get("id") or new_id("item"))
        match kind:
            case "message":
                item.role = body["role"]
                parts = [part.get("text") or part.get("transcript") for part in body["content"]]
                item.text = "\n".join(part for part in parts if part)
            case "function_call":
                item.name, item.arguments = body["name"], body["arguments"]
                item.call_id = body.get("call_id") or new_id("call")
                json.loads(item.arguments)
            case "function_call_output":
                item.call_id, item.output = body["call_id"], body["output"]
            case _:
                raise ClientEventError(f"Invalid value: '{kind}'.", param="item.type")
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ClientEventError(f"Invalid item: {error!r}.", param="item") from error
    if item.kind == "message" and item.role not in ("system", "user", "assistant"):
        raise ClientEventError(f"Invalid value: '{item.role}'.", param="item.role")
    return item

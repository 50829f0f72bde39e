"""A chat completion in OpenAI's shapes (openai.types.chat)."""

import json
import re
import time
import uuid
from collections.abc import Iterator
from typing import Any

from local.providers.script import ChatTurn, ToolUse

FINGERPRINT = "fp_local_scripted_stand_in"
# OpenAI's own rule of thumb; nobody is billed by it here.
CHARACTERS_PER_TOKEN = 4


def count_tokens(text: str) -> int:
    return -(-len(text) // CHARACTERS_PER_TOKEN)


class Completion:
    """One turn, in one piece or as the chunks of a stream."""

    def __init__(self, turn: ChatTurn, model: str, prompt_tokens: int) -> None:
        self._text = turn.text
        self._calls = [_tool_call(call) for call in turn.tool_calls]
        self._finish_reason = "tool_calls" if turn.tool_calls else "stop"
        output = turn.text + json.dumps(self._calls) * bool(self._calls)
        completion_tokens = count_tokens(output)
        self._usage = {
            "prompt_tokens": prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": prompt_tokens + completion_tokens,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        }
        self._common = {
            "id": f"chatcmpl-{uuid.uuid4().hex}",
            "created": int(time.time()),
            "model": model,
            "system_fingerprint": FINGERPRINT,
            "service_tier": "default",
        }

    def whole(self) -> dict[str, Any]:
        message: dict[str, Any] = {
            "role": "assistant",
            "content": self._text or None,
            "refusal": None,
            "annotations": [],
        }
        if self._calls:
            message["tool_calls"] = self._calls
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": self._finish_reason,
        }
        return {
            **self._common,
            "object": "chat.completion",
            "choices": [choice],
            "usage": self._usage,
        }

    def opening(self) -> dict[str, Any]:
        """The first chunk, which carries the role and no words."""
        return self._chunk({"role": "assistant", "content": "" if self._text else None})

    def chunks(self) -> Iterator[dict[str, Any]]:
        """Word by word, then the tool calls: the name first, the arguments after it."""
        for word in re.findall(r"\S+\s*|\s+", self._text):
            yield self._chunk({"content": word})
        for index, call in enumerate(self._calls):
            function = call["function"]
            opened = {**call, "index": index, "function": {**function, "arguments": ""}}
            yield self._chunk({"tool_calls": [opened]})
            rest = {"index": index, "function": {"arguments": function["arguments"]}}
            yield self._chunk({"tool_calls": [rest]})

    def closing(self, include_usage: bool) -> Iterator[dict[str, Any]]:
        """The finish reason and, if it was asked for, the usage."""
        yield self._chunk({}, self._finish_reason)
        if include_usage:
            yield {**self._chunk({}), "choices": [], "usage": self._usage}

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return {
            **self._common,
            "object": "chat.completion.chunk",
            "choices": [choice],
            "usage": None,
        }


def _tool_call(call: ToolUse) -> dict[str, Any]:
    arguments = call.written or json.dumps(dict(call.arguments))
    return {
        "id": f"call_{uuid.uuid4().hex[:24]}",
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
    }

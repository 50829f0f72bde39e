"""A language model that says what a test tells it to."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from livekit.agents import APIConnectionError, llm
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, APIConnectOptions


@dataclass(frozen=True)
class Answer:
    """One answer: words, tool calls by name, or a failure; after a delay.

    The arguments of a call are written as JSON, or are the text that the model writes.
    """

    text: str = ""
    calls: tuple[tuple[str, dict[str, str] | str], ...] = ()
    fails: bool = False
    stalls: bool = False


@dataclass
class Asked:
    """What the model was asked, for a test to look at."""

    messages: list[tuple[str, str]] = field(default_factory=list)


class ScriptedLLM(llm.LLM[str]):
    """Gives the answers in order; asked more often than that, it gives `then`, or fails."""

    def __init__(self, *answers: Answer, then: Answer | None = None) -> None:
        super().__init__()
        self._answers = deque(answers)
        self._then = then or Answer(fails=True)
        self.asked: list[Asked] = []

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        parallel_tool_calls: Any = NOT_GIVEN,
        tool_choice: Any = NOT_GIVEN,
        extra_kwargs: Any = NOT_GIVEN,
    ) -> llm.LLMStream:
        messages = [(str(m.role), m.text_content or "") for m in chat_ctx.messages()]
        self.asked.append(Asked(messages))
        answer = self._answers.popleft() if self._answers else self._then
        once = APIConnectOptions(max_retry=0, timeout=conn_options.timeout)
        return _Stream(self, answer, chat_ctx=chat_ctx, tools=tools or [], conn_options=once)


class _Stream(llm.LLMStream):
    def __init__(self, model: ScriptedLLM, answer: Answer, **kwargs: Any) -> None:
        super().__init__(model, **kwargs)
        self._answer = answer

    async def _run(self) -> None:
        if self._answer.fails:
            raise APIConnectionError("scripted failure", retryable=False)
        if self._answer.stalls:
            await asyncio.Event().wait()
        calls = [
            llm.FunctionToolCall(name=name, arguments=_written(arguments), call_id=f"call-{i}")
            for i, (name, arguments) in enumerate(self._answer.calls)
        ]
        delta = llm.ChoiceDelta(
            role="assistant", content=self._answer.text or None, tool_calls=calls
        )
        self._event_ch.send_nowait(llm.ChatChunk(id="scripted", delta=delta))


def _written(arguments: dict[str, str] | str) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)

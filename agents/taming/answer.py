"""One answer of a text model, held within bounds while it is written."""

import re
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass

from livekit.agents import FlushSentinel
from livekit.agents.llm import ChatChunk, ChoiceDelta, FunctionToolCall

from agents.prompts import load_prompt
from agents.taming.calls import Calls
from agents.taming.notices import Notice, Notify
from agents.taming.rules import Rules

Piece = ChatChunk | str | FlushSentinel

# What is said of an answer is bounded by bot/talk/spoken; this bounds what is remembered of it, and
# leaves room for what a model thinks aloud before it speaks.
MOST_CHARS = 6000
# A server that goes on beyond its own limit (bot/talk/models.py) is not listened to any longer.
# Up to here it is: what an answer has cost is told at its end.
_MOST_READ_CHARS = 12_000
# Long enough for the last two sentences.
_TAIL_CHARS = 400

_SENTENCE = re.compile(r"[^.!?…]*[.!?…]+|[^.!?…]+$")
_GOODBYE = re.compile(r"\b(?:good[ -]?bye|bye|good ?night|farewell)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one answer may be.

    `nothing` returns what is said in place of an answer without a word or a call; "" leaves it at
    that. `question` is put behind an answer that ends without one. `must_call` names a tool that
    is called in any case, without a word, when the model does not.
    """

    calls: Calls
    notify: Notify
    nothing: Callable[[], str] = str
    question: str = ""
    must_call: str = ""


async def held(chunks: AsyncIterable[Piece], bounds: Bounds) -> AsyncIterator[Piece]:
    """Yield `chunks` as far as `bounds` go, and what they put in its place."""
    answer = _Answer(bounds)
    async for chunk in chunks:
        if (piece := answer.hold(chunk)) is not None:
            yield piece
        if answer.read_chars > _MOST_READ_CHARS:
            break
    bounds.calls.close()
    for piece in answer.rest():
        yield piece


class _Answer:
    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._rules = Rules()
        self._tail = ""
        self._is_cut = False
        self._has_words = False
        self.read_chars = 0

    def hold(self, chunk: Piece) -> Piece | None:
        """What is passed on of `chunk`."""
        if isinstance(chunk, FlushSentinel):
            return chunk
        if isinstance(chunk, str):
            return self._words(chunk) or None
        delta = chunk.delta
        if delta is None:
            return chunk
        words = self._words(delta.content or "")
        calls = [call for call in delta.tool_calls if self._permits(call)]
        held = delta.model_copy(update={"content": words or None, "tool_calls": calls})
        return chunk.model_copy(update={"delta": held})

    def rest(self) -> list[Piece]:
        """What is said or done behind the model's answer."""
        bounds = self._bounds
        if bounds.calls.permitted:
            return []
        if bounds.must_call:
            bounds.notify(Notice.INTRO_ENDED, "by its length")
            return [_call(bounds.must_call)]
        if not self._has_words:
            return [said] if (said := bounds.nothing()) else []
        if bounds.question and not self._is_cut and not _asks_or_leaves(self._tail):
            bounds.notify(Notice.QUESTION_ADDED, "")
            return [f" {bounds.question}"]
        return []

    def _words(self, content: str) -> str:
        self.read_chars += len(content)
        if not content or self._is_cut or self._bounds.must_call:
            return ""
        self._has_words = self._has_words or any(char.isalnum() for char in content)
        self._tail = (self._tail + content)[-_TAIL_CHARS:]
        if self._rules.are_in(content):
            return self._cut(Notice.RULES_TOLD, load_prompt("kept_secret"))
        if self.read_chars > MOST_CHARS:
            return self._cut(Notice.CUT_SHORT, load_prompt("too_long"))
        return content

    def _cut(self, notice: Notice, instead: str) -> str:
        self._is_cut = True
        self._bounds.notify(notice, "")
        return f". {instead}"

    def _permits(self, call: FunctionToolCall) -> bool:
        self.read_chars += len(call.arguments)
        return self._bounds.calls.permits(call.name, call.arguments)


def _asks_or_leaves(said: str) -> bool:
    """Whether the last two sentences ask something or say goodbye."""
    last = [s for s in _SENTENCE.findall(said) if any(char.isalnum() for char in s)][-2:]
    return any(s.endswith("?") or _GOODBYE.search(s) for s in last)


def _call(name: str) -> ChatChunk:
    call = FunctionToolCall(name=name, arguments="{}", call_id=f"storyline-{name}")
    return ChatChunk(id="storyline", delta=ChoiceDelta(role="assistant", tool_calls=[call]))

"""The tool calls of a model: known ones, few of them, and short."""

from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Callable, Collection

from livekit.agents.llm import FunctionCall

from agents.taming.budget import Budget
from agents.taming.notices import Notice, Notify

# An answer needs one call, and perhaps a wish of the caller's beside it.
MOST_IN_ANSWER = 3
# A name and a place, generously.
MOST_CHARS = 1000


class Calls:
    """The tool calls of one answer. `close` tells what was refused, once.

    `is_welcome` tells of a known tool whether it may be called now. A tool that is called twice in
    one answer is called by mistake: the first call counts.
    """

    def __init__(
        self,
        known: Collection[str],
        budget: Budget,
        notify: Notify,
        *,
        is_welcome: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._known = known
        self._budget = budget
        self._notify = notify
        self._is_welcome = is_welcome
        self._refused: Counter[str] = Counter()
        self.permitted: set[str] = set()

    def permits(self, name: str, arguments: str) -> bool:
        """Whether this call may be carried out; to be asked once for each."""
        if reason := self._reason_against(name, arguments):
            self._refused[reason] += 1
            return False
        self._budget.left -= 1
        self.permitted.add(name)
        return True

    def close(self) -> None:
        if self._refused:
            counted = ", ".join(f"{reason} {count}" for reason, count in self._refused.items())
            self._notify(Notice.TOOL_REFUSED, counted)
            self._refused.clear()

    def _reason_against(self, name: str, arguments: str) -> str:
        if name not in self._known:
            return "unknown"
        if len(arguments) > MOST_CHARS:
            return "long"
        if name in self.permitted:
            return "again"
        if len(self.permitted) >= MOST_IN_ANSWER or self._budget.left <= 0:
            return "too many"
        return "" if self._is_welcome(name) else "too early"


async def bounded(
    made: AsyncIterable[FunctionCall], known: Collection[str], budget: Budget, notify: Notify
) -> AsyncIterator[FunctionCall]:
    """Yield those of a realtime model's calls in one answer that may be carried out."""
    calls = Calls(known, budget, notify)
    try:
        async for call in made:
            if calls.permits(call.name, call.arguments):
                yield call
    finally:
        calls.close()

"""The line to a caller who types: what an agent says there goes straight to the session."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from livekit.agents import AgentSession

from agents.conversation import Conversation, NotSpoken
from agents.last_words import LastWords
from bot.waiting import first_of


@dataclass
class FakeLine:
    """A line that is answered when the test says so, and remembers the goodbyes.

    `opens` False: the call is over, or a machine has the word, before the first words are said.
    """

    opens: bool = True
    can_block: bool = True
    session: AgentSession[Conversation] | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    goodbyes: list[LastWords] = field(default_factory=list)
    blocked: int = 0
    can_delete: bool = True
    recorded: list[str] = field(default_factory=list)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answered.set()

    async def open(self, text: str, *, interruptible: bool) -> None:
        if not self.opens:
            raise NotSpoken
        await self.answered.wait()
        assert self.session is not None
        await self.session.say(text, allow_interruptions=interruptible)

    def record(self) -> None:
        self.recorded.append("began")

    async def never_record(self) -> bool:
        self.recorded.append("refused")
        return self.can_delete

    def say(self, text: str) -> None:
        assert self.session is not None
        self.session.say(text)

    def reply(self, instructions: str) -> None:
        assert self.session is not None
        self.session.generate_reply(instructions=instructions)

    async def say_goodbye(self, words: LastWords, *, after: Callable[[], Awaitable[None]]) -> None:
        await after()
        self.goodbyes.append(words)
        self.let_go.set()

    async def never_call_again(self) -> bool:
        self.blocked += 1
        return self.can_block

    async def wait_quiet(self, limit_s: float, *, unless: asyncio.Event) -> None:
        """A caller at the keyboard is given all the time there is."""
        await first_of(unless.wait(), self.hung_up.wait())

"""A memory that is a list."""

from dataclasses import dataclass, field

from agents.memory.keeping import Forgot
from agents.stories import Premise
from agents.story import StoryData


@dataclass
class FakeMemory:
    """`kept` holds what it was told to remember: who, which premise, whether told to its end."""

    may_ask: bool = True
    can_keep: bool = True
    becomes: Forgot = Forgot.EVERYTHING
    kept: list[tuple[StoryData, str, bool]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    async def remember(self, story: StoryData, premise: Premise, *, finished: bool) -> bool:
        if self.can_keep:
            self.kept.append((story, premise.id, finished))
        return self.can_keep

    async def forget(self, name: str) -> Forgot:
        self.forgotten.append(name)
        return self.becomes

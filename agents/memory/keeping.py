"""What keeps callers in mind from one call to the next, whatever it is made of."""

from enum import StrEnum
from typing import Protocol

from agents.stories.premise import Premise
from agents.story import StoryData


class Forgot(StrEnum):
    """What became of the wish to be forgotten; the value is the prompt that says so."""

    EVERYTHING = "forgotten"  # all that hangs on the number
    PERSON = "forgotten_person"  # this call, and what was kept under the name that the caller told
    CALL = "forgotten_call"  # this call alone: the number may be forged, and the name is not known
    NAME_NEEDED = "forget_whom"  # nothing yet: without a name it is not known what is theirs
    FAILED = "not_forgotten"


class Memory(Protocol):
    """What is kept of the caller by their own wish. Nothing in it raises."""

    @property
    def may_ask(self) -> bool:
        """Whether the caller may be asked to be remembered."""

    async def remember(self, story: StoryData, premise: Premise, *, finished: bool) -> bool:
        """Keep name, place and this story, which was begun, or told to its end. False if that
        failed.
        """

    async def forget(self, name: str) -> Forgot:
        """Remove what is kept. `name`: what the caller says they are called; "" if nothing.

        A name is asked for once; without it as much is forgotten as is certainly theirs.
        """


class NoMemory:
    """Nobody is remembered, so there is nobody to forget."""

    may_ask = False

    async def remember(self, story: StoryData, premise: Premise, *, finished: bool) -> bool:
        return False

    async def forget(self, name: str) -> Forgot:
        return Forgot.EVERYTHING

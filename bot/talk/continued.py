"""A conversation that another process has begun."""

from collections.abc import Callable
from dataclasses import dataclass

from livekit.agents import Agent
from livekit.agents.llm import RealtimeModel

from agents.stories import Premise
from agents.story import StoryData
from bot.money.bill import Usage
from bot.talk.models import Models


@dataclass(frozen=True)
class Continued:
    """What is known of it, and who goes on.

    `agent` makes the one who goes on, with the realtime model where it is there. `used`: what
    stands on the bill already. `is_recorded`: the caller was told so; what is said from here on
    is not. `models`: those whose voice has the first words in its mouth.
    """

    agent: Callable[[RealtimeModel | None], Agent]
    story: StoryData | None
    premise: Premise | None
    told: tuple[str, ...] = ()
    used: tuple[Usage, ...] = ()
    is_recorded: bool = False
    models: Models | None = None

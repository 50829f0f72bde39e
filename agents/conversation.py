"""What one conversation knows, and the only thing an agent knows of the telephone."""

from dataclasses import dataclass
from typing import Protocol

from livekit.agents.llm import RealtimeModel

from agents.story import StoryData


class NeverAnswered(Exception):
    """The call ended before anybody could hear."""


class PhoneLine(Protocol):
    """The line to the caller, whatever carries it."""

    async def wait_until_answered(self) -> None:
        """Return once the caller can hear. What is said earlier is lost.

        Raises NeverAnswered when the call ends first.
        """

    async def hang_up(self) -> None:
        """End the call because the story is finished.

        To be called when the last words have been played by the agent; the line makes sure
        that the caller hears them to the end. Calling it again does nothing.
        """

    async def never_call_again(self) -> bool:
        """Enter the number at the other end in the do-not-call list. False if that failed."""


@dataclass(slots=True)
class Conversation:
    """The `userdata` of a session: the line, and what has been learnt and decided so far.

    `realtime` is the voice-to-voice model that tells the story, or None when the story is told
    by the session's own speech-to-text, language model and text-to-speech.
    """

    line: PhoneLine
    realtime: RealtimeModel | None = None
    story: StoryData | None = None
    handover: str | None = None  # the id of the speech that handed over to the storyteller
    finishing: bool = False
    goodbye_heard: bool = False

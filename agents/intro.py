"""Echo introduces herself and learns the caller's name and place."""

from collections.abc import AsyncIterator

from livekit import rtc
from livekit.agents import Agent, RunContext, StopResponse, function_tool
from livekit.agents.tts import ChunkedStream

from agents.conversation import Conversation
from agents.prompts import load_prompt
from agents.story import StoryData
from agents.storyteller import StoryAgent, carry_words


class IntroAgent(Agent):
    """Greets, gathers name and place, and hands over to StoryAgent exactly once."""

    def __init__(self) -> None:
        super().__init__(instructions=load_prompt("intro"))

    async def on_enter(self) -> None:
        """Greet as soon as the caller can hear; the voice is made ready while it still rings."""
        conversation: Conversation = self.session.userdata
        greeting = load_prompt("greeting")
        voice = self.session.tts
        if voice is None:  # the caller types and reads
            await conversation.line.wait_until_answered()
            self.session.say(greeting)
            return
        options = self.session.conn_options.tts_conn_options
        async with voice.synthesize(greeting, conn_options=options) as spoken:
            await conversation.line.wait_until_answered()
            await self.session.say(greeting, audio=_frames(spoken))

    @function_tool
    async def information_gathered(
        self, context: RunContext[Conversation], name: str, location: str
    ) -> StoryAgent:
        """Call this as soon as the caller's name and place are known or refused.

        Args:
            name: The caller's name, as the caller corrected it. Empty if not told.
            location: The place the caller calls from. Empty if not told.
        """
        # First of all: an interruption from here on would run this tool and drop the handover.
        context.disallow_interruptions()
        conversation = context.userdata
        if conversation.story is not None:
            raise StopResponse  # the model called twice; the first call has handed over
        conversation.story = StoryData.from_caller(name, location)
        return StoryAgent(
            conversation.story,
            realtime=conversation.realtime,
            chat_ctx=carry_words(self.chat_ctx),
        )


async def _frames(spoken: ChunkedStream) -> AsyncIterator[rtc.AudioFrame]:
    async for audio in spoken:
        yield audio.frame

"""Echo introduces herself and learns the caller's name and place."""

import contextlib

from livekit.agents import RunContext, StopResponse, function_tool

from agents.callee import Callee
from agents.conversation import Conversation, NotSpoken
from agents.do_not_call import do_not_call
from agents.do_not_record import do_not_record
from agents.prompts import load_prompt
from agents.stories import choose_premise
from agents.story import StoryData
from agents.storyteller import StoryAgent, carry_words
from agents.taming.tamed import TamedAgent

# Two facts, two tries for each, and two questions of the caller's own. A model that does not hand
# over by then never will.
_MOST_TURNS = 6


class IntroAgent(TamedAgent):
    """Greets, gathers name and place, and hands over to StoryAgent exactly once.

    `callee` is for a call that Echo makes: she says why she calls, asks only for what is not
    known yet, and goes straight on to the story when everything is.
    """

    def __init__(self, callee: Callee | None = None) -> None:
        instructions = load_prompt("intro") if callee is None else callee.instructions
        super().__init__(instructions=instructions, tools=[do_not_call])
        self._callee = callee

    async def on_enter(self) -> None:
        """Greet as soon as the caller can hear; the voice is made ready while it still rings."""
        # A call that ends while it rings leaves nobody to greet, and must not be waited for.
        with contextlib.suppress(NotSpoken):
            await self._begin(self.session.userdata, self._callee)

    async def _begin(self, conversation: Conversation, callee: Callee | None) -> None:
        line = conversation.line
        keys = load_prompt("keys") if conversation.tells_keys else ""
        if conversation.is_recorded:
            await self.update_tools([*self.tools, do_not_record])
        elif callee is None:
            greeting = load_prompt("greeting_keys" if keys else "greeting")
            await line.open(greeting, interruptible=True)
            return
        opening = load_prompt("greeting_recorded") if callee is None else callee.opening
        if callee is not None and conversation.is_recorded:
            opening += " " + load_prompt("notice")
        # They pick up and say hello into Echo's first words: that is no interruption. And nothing
        # is recorded before they know of it.
        await line.open(opening, interruptible=False)
        line.record()
        question = load_prompt("greeting_question") if callee is None else callee.question
        if question:
            line.say(f"{keys} {question}".strip())
        elif callee is not None and conversation.story is None:
            self.session.update_agent(self._hand_over(conversation, callee.story()))

    @function_tool
    async def information_gathered(
        self, context: RunContext[Conversation], name: str = "", location: str = ""
    ) -> StoryAgent:
        """Call this as soon as the caller's name and place are known or refused.

        Args:
            name: The caller's name, as the caller corrected it. Empty if not told.
            location: The place the caller calls from. Empty if not told.
        """
        # First of all: an interruption from here on would run this tool and drop the handover.
        context.disallow_interruptions()
        conversation = context.userdata
        if conversation.handover == context.speech_handle.id:
            raise StopResponse  # the model called twice in one turn; the first call counts
        # In a later turn it may be called again: then the first handover did not come about.
        conversation.handover = context.speech_handle.id
        story = (self._callee or Callee()).story(name, location)
        return self._hand_over(conversation, story)

    def _words_of_ours(self, said: list[str]) -> str:
        question = self._callee.question if self._callee is not None else ""
        return question or load_prompt("greeting_question")

    def _must_call(self, said: list[str]) -> str:
        return "information_gathered" if len(said) > _MOST_TURNS else ""

    def _hand_over(self, conversation: Conversation, story: StoryData) -> StoryAgent:
        conversation.story = story
        conversation.premise = choose_premise(conversation.told)
        return StoryAgent(
            story,
            conversation.premise,
            realtime=conversation.realtime,
            chat_ctx=carry_words(self.chat_ctx),
            is_recorded=conversation.is_recorded,
        )

"""Echo introduces herself and learns the caller's name and place."""

import contextlib

from livekit.agents import Agent, RunContext, function_tool

from agents.callee import Callee
from agents.conversation import Conversation, NotSpoken
from agents.handover import begin_handover
from agents.memory.known import Known
from agents.prompts import load_prompt
from agents.rights.do_not_call import do_not_call
from agents.rights.do_not_record import do_not_record
from agents.rights.forget_me import forget_me
from agents.story import StoryData
from agents.storyteller import StoryAgent, carry_words
from agents.tamed import TamedAgent

# Two facts, two tries for each, and two questions of the caller's own. A model that does not hand
# over by then never will.
_MOST_TURNS = 6


class IntroAgent(TamedAgent):
    """Greets, gathers name and place, and hands over to StoryAgent exactly once.

    `callee` is for a call that Echo makes: she says why she calls, asks only for what is not
    known yet, and goes straight on to the story when everything is. `known`: who is
    expected, because they called from this number before; Echo asks only whether it is them.
    """

    def __init__(self, callee: Callee | None = None, *, known: Known | None = None) -> None:
        super().__init__(instructions=_instructions(callee, known), tools=[do_not_call, forget_me])
        self._callee = callee
        self._known = known

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
            await line.open(self._greeting(conversation.who, keys), interruptible=True)
            return
        who = conversation.who
        opening = load_prompt("hello", who=who) if callee is None else callee.opening(who)
        if conversation.is_recorded:
            opening += " " + load_prompt("notice")
        # They pick up and say hello into Echo's first words: that is no interruption. And nothing
        # is recorded before they know of it.
        await line.open(opening, interruptible=False)
        line.record()
        question = self._first_question() if callee is None else callee.question
        if question:
            line.say(f"{keys} {question}".strip())
        elif callee is not None and conversation.story is None:
            self.session.update_agent(self._hand_over(conversation, callee.story()))

    def _greeting(self, who: str, keys: str) -> str:
        if self._known is not None:
            return f"{load_prompt('hello', who=who)} {self._known.question}"
        return load_prompt("greeting_keys" if keys else "greeting", who=who)

    def _first_question(self) -> str:
        return load_prompt("greeting_question") if self._known is None else self._known.question

    async def forget_past(self) -> None:
        """Go on as with a stranger."""
        if self._known is not None:
            self._known = None
            await self.update_instructions(_instructions(self._callee, None))

    @function_tool
    async def information_gathered(
        self, context: RunContext[Conversation], name: str = "", location: str = ""
    ) -> Agent:
        """Call this as soon as the caller's name and place are known or refused.

        Args:
            name: The caller's name, as the caller corrected it. Empty if not told.
            location: The place the caller calls from. Empty if not told.
        """
        conversation = begin_handover(context)
        story = (self._callee or Callee()).story(name, location)
        if story.has_name and (offering := await conversation.reunite(story)) is not None:
            return offering
        return self._hand_over(conversation, story)

    def _words_of_ours(self, said: list[str]) -> str:
        question = self._callee.question if self._callee is not None else ""
        return question or load_prompt("greeting_question")

    def _must_call(self, said: list[str]) -> str:
        return "information_gathered" if len(said) > _MOST_TURNS else ""

    def _hand_over(self, conversation: Conversation, told: StoryData) -> StoryAgent:
        story, premise = conversation.meet(told)
        person = conversation.person
        was_greeted = self._known is not None and person == self._known
        return StoryAgent(
            story,
            premise,
            person=person,
            was_greeted=was_greeted,
            realtime=conversation.realtime,
            chat_ctx=carry_words(self.chat_ctx),
            is_recorded=conversation.is_recorded,
        )


def _instructions(callee: Callee | None, known: Known | None) -> str:
    if callee is not None:
        return callee.instructions
    return load_prompt("intro") if known is None else known.instructions

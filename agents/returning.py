"""A caller whose story broke off is greeted by name, and chooses: to go on, or to begin anew."""

import contextlib

from livekit.agents import Agent, RunContext, StopResponse, function_tool
from livekit.agents.llm import ChatContext

from agents.callee import Callee
from agents.conversation import Conversation, NotSpoken
from agents.handover import begin_handover
from agents.intro import IntroAgent
from agents.last_words import LastWords
from agents.prompts import load_prompt
from agents.resumed import BrokenStory, ResumedStoryAgent
from agents.rights.do_not_call import do_not_call
from agents.rights.do_not_record import do_not_record
from agents.rights.forget_me import forget_me
from agents.story import StoryData
from agents.storyteller import StoryAgent, carry_words
from agents.tamed import TamedAgent

# Two tries to be understood, and a question of the caller's own.
_MOST_TURNS = 3


class ReturningAgent(TamedAgent):
    """Offers to go on, and hands over to StoryAgent or to IntroAgent, exactly once.

    It knows the name and nothing else of the story: whoever is on the line may be somebody else.
    `was_called`: Echo has called, so whoever answers says hello into her first words. `told`: what
    they have told in the introduction, where the number alone was not enough to go by.
    """

    def __init__(
        self, broken: BrokenStory, *, was_called: bool = False, told: StoryData | None = None
    ) -> None:
        super().__init__(
            instructions=load_prompt("returning", name=broken.story.name),
            tools=[do_not_call, forget_me],
        )
        self._broken = broken
        self._was_called = was_called
        self._told = told

    def remember(self, conversation: Conversation) -> None:
        """Before the first word: until the caller has chosen, this is still their story."""
        conversation.story = self._broken.story
        conversation.premise = self._broken.premise
        conversation.told = self._broken.told
        conversation.is_offered = True
        conversation.has_told_name = self._told is not None

    async def on_enter(self) -> None:
        # As in the introduction: a call that ends while it rings leaves nobody to greet.
        with contextlib.suppress(NotSpoken):
            await self._offer(self.session.userdata)

    async def _offer(self, conversation: Conversation) -> None:
        line = conversation.line
        offer = load_prompt("offer")
        if self._told is not None:
            if conversation.is_recorded:
                await self.update_tools([*self.tools, do_not_record])
            line.say(load_prompt("welcome_broken", name=self._told.name) + " " + offer)
            return
        if conversation.tells_keys:
            offer = load_prompt("keys") + " " + offer
        greeting = load_prompt("welcome_back", name=self._broken.story.name, who=conversation.who)
        if conversation.is_recorded:
            await self.update_tools([*self.tools, do_not_record])
            greeting += " " + load_prompt("notice")
        elif not self._was_called:
            await line.open(f"{greeting} {offer}", interruptible=True)
            return
        await line.open(greeting, interruptible=False)
        line.record()
        line.say(offer)

    @function_tool
    async def go_on(self, context: RunContext[Conversation]) -> StoryAgent:
        """Call this as soon as the caller wants to go on with the story that broke off."""
        conversation = self._begin_handover(context)
        return ResumedStoryAgent(
            self._broken, realtime=conversation.realtime, is_recorded=conversation.is_recorded
        )

    @function_tool
    async def begin_anew(self, context: RunContext[Conversation]) -> Agent:
        """Call this as soon as the caller wants a new story, or is somebody else."""
        conversation = self._begin_handover(context)
        conversation.story = conversation.premise = conversation.person = None
        conversation.told = (*self._broken.told, self._broken.premise.id)
        if self._told is not None:
            return self._tell_another(conversation, self._told)
        callee = Callee() if self._was_called else None
        return AnewAgent(callee, carry_words(self.chat_ctx))

    @function_tool
    async def say_goodbye(self, context: RunContext[Conversation]) -> None:
        """Call this as soon as the caller wants no story now, or says goodbye."""
        context.disallow_interruptions()
        context.userdata.leash.is_ending = True
        words = LastWords(load_prompt("goodbye_spoken", name=self._broken.story.name))
        await context.userdata.line.say_goodbye(words, after=context.wait_for_playout)
        raise StopResponse

    def _tell_another(self, conversation: Conversation, told: StoryData) -> StoryAgent:
        story, premise = conversation.meet(told)
        return StoryAgent(
            story,
            premise,
            person=conversation.person,
            realtime=conversation.realtime,
            chat_ctx=carry_words(self.chat_ctx),
            is_recorded=conversation.is_recorded,
        )

    def _words_of_ours(self, said: list[str]) -> str:
        return load_prompt("offer")

    def _must_call(self, said: list[str]) -> str:
        return "go_on" if len(said) > _MOST_TURNS else ""

    def _begin_handover(self, context: RunContext[Conversation]) -> Conversation:
        conversation = begin_handover(context)
        conversation.is_offered = False
        return conversation


class AnewAgent(IntroAgent):
    """Introduces nobody again: asks whoever is there for name and place."""

    def __init__(self, callee: Callee | None, words: ChatContext) -> None:
        super().__init__(callee)
        self._words = words

    async def on_enter(self) -> None:
        conversation = self.session.userdata
        await self.update_chat_ctx(self._words)
        if conversation.is_recorded:
            await self.update_tools([*self.tools, do_not_record])
        conversation.line.reply(load_prompt("begin_anew"))

"""Echo tells an interactive story about the caller."""

from livekit.agents import RunContext, StopResponse, ToolError, function_tool
from livekit.agents.llm import ChatContext, ChatMessage, RealtimeModel
from livekit.agents.types import NOT_GIVEN

from agents.conversation import Conversation
from agents.last_words import LastWords
from agents.memory.consent import takes_leave
from agents.memory.farewell import FarewellAgent
from agents.memory.known import Known
from agents.prompts import load_prompt
from agents.rights.do_not_call import do_not_call
from agents.rights.do_not_record import do_not_record
from agents.rights.forget_me import forget_me
from agents.stories import Premise, choose_premise
from agents.stories.ending import was_told
from agents.story import StoryData
from agents.tamed import TamedAgent, turns_of
from agents.taming.wishes import may_want_to_leave


def carry_words(chat_ctx: ChatContext) -> ChatContext:
    """Copy what was said, without tool calls and instructions, for the agent that takes over."""
    return chat_ctx.copy(
        exclude_function_call=True,
        exclude_instructions=True,
        exclude_empty_message=True,
        exclude_handoff=True,
        exclude_config_update=True,
    )


def _told_in(chat_ctx: ChatContext) -> list[str]:
    return [m.text_content or "" for m in chat_ctx.messages() if m.role == "assistant"]


class StoryAgent(TamedAgent):
    """Tells the story, by voice-to-voice model or by the session's pipeline.

    `premise`: the plan to tell by; by chance where none is given. `realtime` None means the
    pipeline. `resuming` is for a storyteller who takes over in
    mid-story from one whose model was lost: it goes on instead of beginning.
    `person`: who the caller is known to be; unless they `was_greeted` as such, it is told first.
    """

    def __init__(
        self,
        story: StoryData,
        premise: Premise | None = None,
        *,
        person: Known | None = None,
        was_greeted: bool = False,
        realtime: RealtimeModel | None = None,
        chat_ctx: ChatContext | None = None,
        resuming: bool = False,
        is_recorded: bool = False,
    ) -> None:
        self.premise = premise or choose_premise()
        super().__init__(
            instructions=_instructions(story, self.premise, person),
            chat_ctx=chat_ctx or NOT_GIVEN,
            tools=[do_not_call, forget_me, *([do_not_record] if is_recorded else [])],
            llm=realtime or NOT_GIVEN,
        )
        self._story = story
        self._person = person
        self._was_greeted = was_greeted or resuming
        self._resuming = resuming
        # What both had said before the story, and what the caller has said in it: of a realtime
        # model's caller no message is kept.
        self._said_before = turns_of(chat_ctx) if chat_ctx is not None else []
        # Of a story that is gone on with, everything counts, a turn or two of before included.
        self._told_before = 0 if chat_ctx is None or resuming else len(_told_in(chat_ctx))
        self._heard: list[str] = []

    @property
    def story(self) -> StoryData:
        """The facts that this storyteller was made with."""
        return self._story

    async def on_enter(self) -> None:
        conversation = self.session.userdata
        if self._person is not None and not self._was_greeted:
            conversation.line.say(self._person.welcome)
        prompt = "resume_story" if self._resuming else "begin_story"
        conversation.line.reply(load_prompt(prompt))
        if self._person is not None:
            # Begun is told: a call that is lost must not bring the same one again.
            await conversation.memory.remember(self._story, self.premise, finished=False)

    async def forget_past(self) -> None:
        """Know nothing but this call."""
        if self._person is not None:
            self._person = None
            await self.update_instructions(_instructions(self._story, self.premise, None))

    async def on_user_turn_completed(self, turn_ctx: ChatContext, new_message: ChatMessage) -> None:
        """Tell the pipeline's model that it was interrupted; a realtime model knows by itself."""
        self._heard.append(new_message.text_content or "")
        await super().on_user_turn_completed(turn_ctx, new_message)
        last = next((m for m in reversed(turn_ctx.messages()) if m.role == "assistant"), None)
        if last is not None and last.interrupted:
            turn_ctx.add_message(role="system", content=load_prompt("interrupted"))

    @function_tool
    async def story_finished(self, context: RunContext[Conversation]) -> FarewellAgent:
        """Call this when the story has ended, or as soon as the caller wants to stop."""
        if not self._may_end(turns_of(self.chat_ctx)):
            raise ToolError(load_prompt("begin_story"))
        context.disallow_interruptions()
        conversation = context.userdata
        conversation.leash.is_ending = True
        finished = was_told(self.premise, _told_in(self.chat_ctx)[self._told_before :])
        if conversation.person is not None:
            await conversation.memory.remember(self._story, self.premise, finished=finished)
        elif self._may_be_remembered(conversation):
            words = carry_words(self.chat_ctx)
            return FarewellAgent(self._story, self.premise, words, was_told=finished)
        last_words = LastWords(
            text=load_prompt("goodbye_spoken", name=self._story.name),
            instructions=load_prompt("goodbye", name=self._story.name),
        )
        await conversation.line.say_goodbye(last_words, after=context.wait_for_playout)
        raise StopResponse

    def _may_be_remembered(self, conversation: Conversation) -> bool:
        """Whether to ask the caller: they have told a name, and are not going already."""
        if not (self._story.has_name and conversation.memory.may_ask):
            return False
        said = turns_of(self.chat_ctx)
        return not takes_leave(said[-1] if said else "")

    def _may_end(self, said: list[str]) -> bool:
        """Whether there is a story to end: nobody who wants one is said goodbye to before it."""
        has_said_more = len(said) > len(self._said_before)
        last = (said if has_said_more else self._heard or said)[-1:]
        if self._resuming or any(map(may_want_to_leave, last)):
            return True
        has_told = len(_told_in(self.chat_ctx)) > self._told_before
        return has_told and (has_said_more or bool(self._heard))

    def _is_welcome(self, said: list[str], tool: str) -> bool:
        return tool != "story_finished" or self._may_end(said)

    def _words_of_ours(self, said: list[str]) -> str:
        begun = self._resuming or len(said) > len(self._said_before)
        story = self._story
        prompt = "what_next" if begun else "first_scene"
        return load_prompt(prompt, name=story.name, location=story.location)

    def _question(self, said: list[str]) -> str:
        return load_prompt("too_long")


def _instructions(story: StoryData, premise: Premise, person: Known | None) -> str:
    told = load_prompt("story", name=story.name, location=story.location, plan=premise.plan)
    before = person.before if person is not None else ""
    return f"{told}\n\n{before}" if before else told

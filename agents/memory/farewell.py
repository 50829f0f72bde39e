"""The end of a story: Echo asks once whether she may remember the caller, and says goodbye."""

import asyncio
import re
from collections.abc import AsyncIterator

from livekit.agents import Agent, ModelSettings
from livekit.agents.llm import ChatContext, Tool
from livekit.agents.types import NOT_GIVEN

from agents.conversation import Conversation
from agents.last_words import LastWords
from agents.memory.consent import says_yes, wants_to_be_forgotten
from agents.memory.keeping import Forgot
from agents.prompts import load_prompt
from agents.stories import Premise
from agents.story import StoryData

# After the question nobody is held up: silence is a no.
_ANSWER_LIMIT_S = 5.0
# What makes the question one.
_QUESTION = "remember your name"


class FarewellAgent(Agent):
    """Asks one fixed question, and ends the call whatever comes.

    No model answers in here, in neither story mode: whether somebody said yes is judged by their
    own words, and the goodbye is fixed. `was_told`: the story came to its end.
    """

    def __init__(
        self,
        story: StoryData,
        premise: Premise,
        chat_ctx: ChatContext | None = None,
        *,
        was_told: bool = True,
    ) -> None:
        super().__init__(
            instructions=load_prompt("ask_to_remember"),
            chat_ctx=chat_ctx or NOT_GIVEN,
            # Half an answer is none: "yes" may go on with "but".
            turn_handling={"preemptive_generation": {"enabled": False}},
        )
        self._story = story
        self._premise = premise
        self._was_told = was_told
        self._answered = asyncio.Event()
        self._answer = ""
        self._asked_again = False

    async def on_enter(self) -> None:
        """Ask, wait for the answer, and say goodbye; each within limits."""
        line = self.session.userdata.line
        line.say(load_prompt("ask_to_remember"))
        await line.wait_quiet(_ANSWER_LIMIT_S, unless=self._answered)
        await line.say_goodbye(LastWords(await self._words()), after=_nothing)

    async def llm_node(
        self, chat_ctx: ChatContext, tools: list[Tool], model_settings: ModelSettings
    ) -> AsyncIterator[str]:
        """The caller has said something. Nothing is said upon an answer: the goodbye follows.

        A "yes" to what was asked before is none: whoever has not heard the question hears it now.
        """
        if self._answered.is_set():
            return
        last = chat_ctx.messages()[-2:]
        is_answer = len(last) == 2 and _was_heard(last[0].text_content or "")
        if not is_answer and not self._asked_again:
            self._asked_again = True
            yield load_prompt("ask_to_remember")
            return
        self._answer = (last[-1].text_content or "") if is_answer else ""
        self._answered.set()

    async def _words(self) -> str:
        conversation: Conversation = self.session.userdata
        name = self._story.name
        goodbye = load_prompt("goodbye_spoken", name=name)
        if wants_to_be_forgotten(self._answer):
            became = await conversation.forget()
            if became is Forgot.NAME_NEEDED:  # they are going: what needs no name is forgotten
                became = await conversation.forget()
            return f"{load_prompt(became)} {goodbye}"
        if says_yes(self._answer) and await conversation.memory.remember(
            self._story, self._premise, finished=self._was_told
        ):
            return load_prompt("goodbye_remembered", name=name)
        return goodbye


def _was_heard(said: str) -> bool:
    """Whether Echo has said enough of the question to be understood, if she was cut short."""
    return _QUESTION in " ".join(re.findall(r"[a-z]+", said.lower()))


async def _nothing() -> None:
    """Nothing is being said any more that had to be waited for."""

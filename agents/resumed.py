"""A story that broke off in another call, and the storyteller who goes on with it."""

from dataclasses import dataclass

from livekit.agents.llm import ChatContext, RealtimeModel

from agents.prompts import load_prompt
from agents.stories import Premise
from agents.story import StoryData
from agents.storyteller import StoryAgent


@dataclass(frozen=True)
class BrokenStory:
    """A story that broke off in another call.

    `words`: what was said in that call. `has_begun`: some of it was the story. `question`: its last
    one, if that was not answered; "" otherwise. `told`: ids of what the caller had heard before.
    """

    story: StoryData
    premise: Premise
    words: ChatContext
    has_begun: bool = True
    question: str = ""
    told: tuple[str, ...] = ()


class ResumedStoryAgent(StoryAgent):
    """Asks the last question again, and tells on with the same plan and history."""

    def __init__(
        self, broken: BrokenStory, *, realtime: RealtimeModel | None, is_recorded: bool
    ) -> None:
        super().__init__(
            broken.story,
            broken.premise,
            realtime=realtime,
            chat_ctx=broken.words,
            resuming=broken.has_begun,
            is_recorded=is_recorded,
        )
        self._open_question = broken.question

    async def on_enter(self) -> None:
        if not self._open_question:
            await super().on_enter()
            return
        # By the voice alone: no model may put it in other words, and none is waited for.
        self.session.userdata.line.say(load_prompt("going_on") + " " + self._open_question)

"""Echo's two agents, when they go on in the middle of a call instead of beginning it."""

import contextlib

from livekit.agents.llm import ChatContext, RealtimeModel

from agents.callee import Callee
from agents.conversation import NotSpoken, PhoneLine
from agents.intro import IntroAgent
from agents.stories import Premise
from agents.story import StoryData
from agents.storyteller import StoryAgent
from bot.call.takeover.going_on import GoingOn


class IntroGoesOn(IntroAgent):
    """Asks for nothing that was told already."""

    def __init__(self, callee: Callee | None, going_on: GoingOn, words: ChatContext) -> None:
        super().__init__(callee)
        self._going_on = going_on
        self._words = words

    async def on_enter(self) -> None:
        await self.update_chat_ctx(self._words)
        await _go_on(self.session.userdata.line, self._going_on)


class StoryGoesOn(StoryAgent):
    """Tells on, with the same plan."""

    def __init__(
        self,
        story: StoryData,
        premise: Premise,
        going_on: GoingOn,
        words: ChatContext,
        *,
        realtime: RealtimeModel | None,
        is_recorded: bool,
    ) -> None:
        super().__init__(story, premise, realtime=realtime, chat_ctx=words, is_recorded=is_recorded)
        self._going_on = going_on

    async def on_enter(self) -> None:
        await _go_on(self.session.userdata.line, self._going_on)


async def _go_on(line: PhoneLine, going_on: GoingOn) -> None:
    with contextlib.suppress(NotSpoken):
        await line.open(going_on.text, interruptible=True)
        if going_on.instructions:
            line.reply(going_on.instructions)

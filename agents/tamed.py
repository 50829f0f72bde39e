"""What Echo's agents have in common: a model that is not trusted, and a caller who is."""

from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial

from livekit.agents import (
    Agent,
    AgentSession,
    APIError,
    ConversationItemAddedEvent,
    ModelSettings,
    StopResponse,
)
from livekit.agents.llm import ChatContext, ChatMessage, RealtimeModel, Tool, ToolContext

from agents.conversation import Conversation
from agents.prompts import load_prompt
from agents.rights.asking import Right
from agents.rights.wishes import understood
from agents.taming.answer import Bounds, Piece, held
from agents.taming.calls import Calls
from agents.taming.leash import Leash
from agents.taming.notices import Notice
from agents.taming.wishes import asks_for_help, challenges_rules


def turns_of(chat_ctx: ChatContext) -> list[str]:
    """What the caller has said, turn by turn."""
    return [m.text_content or "" for m in chat_ctx.messages() if m.role == "user"]


class TamedAgent(Agent):
    """An agent whose text model is held within bounds (docs/stories.md).

    A realtime model speaks before anybody can read it: of its answers only the tool calls are
    bounded (`bounded`), and how long they last (bot/talk/watchers/monologue.py).
    """

    async def llm_node(
        self, chat_ctx: ChatContext, tools: list[Tool], model_settings: ModelSettings
    ) -> AsyncIterator[Piece]:
        """LiveKit's own, within bounds. Raises APIError when the model says nothing for long."""
        conversation: Conversation = self.session.userdata
        leash, said = conversation.leash, turns_of(chat_ctx)
        may_call = model_settings.tool_choice != "none"
        calls = Calls(
            ToolContext(tools).function_tools if may_call else (),
            leash.budget,
            leash.notify,
            is_welcome=partial(self._is_welcome, said),
        )
        bounds = self._bounds(said, leash, calls)
        # Closed with us: a model that is not listened to any longer stops writing.
        async with aclosing(
            Agent.default.llm_node(self, chat_ctx, tools, model_settings)
        ) as answer:
            async for piece in held(answer, bounds):
                yield piece

    async def on_user_turn_completed(self, turn_ctx: ChatContext, new_message: ChatMessage) -> None:
        """Answer a caller in need ourselves, and one who says yes to what we asked about their
        rights: no model is asked what to say.
        """
        said = new_message.text_content or ""
        conversation: Conversation = self.session.userdata
        if asks_for_help(said):
            conversation.leash.notify(Notice.EMERGENCY, "")
            tell_of(new_message, self, self.session)
            conversation.line.say(load_prompt("emergency"))
            raise StopResponse
        if challenges_rules(said):
            conversation.leash.notify(Notice.RULES_CHALLENGED, "")
        if (wish := conversation.rights.hear(understood(said))) is not None:
            tell_of(new_message, self, self.session)
            if wish is Right.FORGET:
                await conversation.forget_and_tell(self)
            else:
                await conversation.never_call_again(after=_nothing)
            raise StopResponse

    def _bounds(self, said: list[str], leash: Leash, calls: Calls) -> Bounds:
        return Bounds(
            calls,
            leash.notify,
            nothing=partial(self._in_place_of_nothing, said, leash),
            question="" if leash.is_ending else self._question(said),
            must_call="" if leash.is_ending else self._must_call(said),
        )

    def _in_place_of_nothing(self, said: list[str], leash: Leash) -> str:
        if leash.is_ending:
            return ""
        if not leash.nothing_said(len(said)):
            raise APIError("the model has said nothing for several turns", retryable=False)
        return self._words_of_ours(said)

    # What differs. `said` is what the caller has said so far, turn by turn.

    @abstractmethod
    def _words_of_ours(self, said: list[str]) -> str:
        """What is said in place of an answer without a word."""

    def _question(self, said: list[str]) -> str:
        """What is put behind an answer that ends without a question; "" for nothing."""
        return ""

    def _must_call(self, said: list[str]) -> str:
        """The tool that is called now even when the model does not; "" for none."""
        return ""

    def _is_welcome(self, said: list[str], tool: str) -> bool:
        """Whether `tool` may be called in this turn."""
        return True


def tell_of(message: ChatMessage, agent: Agent, session: AgentSession[Conversation]) -> None:
    """Tell whoever keeps the record of the caller's turn that no model is asked to answer: LiveKit
    drops it. A realtime model tells of every turn itself.
    """
    if not isinstance(agent.llm, RealtimeModel):
        session.history.insert(message)
        session.emit("conversation_item_added", ConversationItemAddedEvent(item=message))


async def _nothing() -> None:
    """Nothing is being said that would have to be waited for."""

"""What can be heard in Echo's own words, and can no longer be helped: it is noticed."""

from livekit.agents import AgentSession, ConversationItemAddedEvent
from livekit.agents.llm import ChatMessage, RealtimeModel

from agents.conversation import Conversation
from agents.taming.language import is_foreign
from agents.taming.notices import Notice, Notify
from agents.taming.rules import tells_rules


class Wording:
    """Listens to one session. A text model that reads out its rules is cut off where it does
    (agents/taming/answer.py); a realtime model has been heard by then.
    """

    def __init__(self, session: AgentSession[Conversation], notify: Notify) -> None:
        self._session = session
        self._notify = notify
        session.on("conversation_item_added", self._on_item)

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if not isinstance(item, ChatMessage) or item.role != "assistant":
            return
        said = item.text_content or ""
        if is_foreign(said):
            self._notify(Notice.OTHER_LANGUAGE, "")
        by_voice = isinstance(self._session.current_agent.llm, RealtimeModel)
        if by_voice and tells_rules(said):
            self._notify(Notice.RULES_TOLD, "by voice")

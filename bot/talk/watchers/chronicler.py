"""What happens in a session, told to the call's diary: turns with their waits, and moments."""

import logging
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from livekit.agents import (
    AgentSession,
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    SessionUsageUpdatedEvent,
    UserStateChangedEvent,
)
from livekit.agents.llm import ChatMessage
from livekit.agents.metrics import AgentSessionUsage

from agents.conversation import Conversation
from agents.prompts import prompts_version
from agents.resumed import ResumedStoryAgent
from agents.storyteller import StoryAgent
from agents.taming.notices import Notice
from bot.money.bill import Usage, total
from bot.money.prices import PriceTable
from bot.money.spending import Spending
from bot.money.usage import amounts
from bot.records.diary import Diary, EventKind, Turn, Who
from bot.records.record import utc_now
from bot.talk.clips import Clip
from bot.talk.floor.voice import Clips

logger = logging.getLogger("storyline.noticed")

_NOTED = {Clip.FILLER: EventKind.FILLER, Clip.APOLOGY: EventKind.APOLOGY}


class Chronicler:
    """Listens to one session for as long as it lives, and decides nothing.

    `keep_words`: whether what was said is kept, too. `spending`: what the call has cost so far.
    `before`: what another process had used in this call; `has_handed_over`: and whether it had.
    """

    def __init__(
        self,
        session: AgentSession[Conversation],
        diary: Diary,
        prices: PriceTable,
        *,
        keep_words: bool,
        before: Collection[Usage] = (),
        has_handed_over: bool = False,
    ) -> None:
        self._session = session
        self._diary = diary
        self._prices = prices
        self._keep_words = keep_words
        self._before = tuple(before)
        self._day = utc_now().date()
        self._played: set[Clip] = set()
        self._has_handed_over = has_handed_over
        self.spending = Spending()
        # Of the caller's turn, by ear: a realtime model does not say when they spoke.
        self._caller_began_s: float | None = None
        self._caller_ended_s: float | None = None
        session.on("user_state_changed", self._on_user_state)
        session.on("conversation_item_added", self._on_item)
        session.on("agent_state_changed", self._on_agent_state)
        session.on("session_usage_updated", self._on_usage)

    def noting(self, clips: Clips) -> Clips:
        """`clips`, with every filler and apology noted."""
        return _NotedClips(clips, self)

    def played(self, clip: Clip) -> None:
        """A stored phrase begins."""
        self._played.add(clip)
        if clip in _NOTED:
            self._diary.note(_NOTED[clip])

    def noticed(self, notice: Notice, detail: str) -> None:
        """Something was noticed of a model or of the caller."""
        logger.info("noticed", extra={"notice": str(notice), "detail": detail})
        self._diary.note(EventKind(notice.value), detail or None)

    def _on_agent_state(self, event: AgentStateChangedEvent) -> None:
        stopped = event.old_state == "speaking" and event.new_state != "speaking"
        if stopped and self._session.user_state == "speaking":
            self._diary.note(EventKind.BARGE_IN)

    def _on_user_state(self, event: UserStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._caller_began_s = self._caller_began_s or event.created_at
            self._caller_ended_s = None
        elif event.old_state == "speaking":
            self._caller_ended_s = event.created_at

    def _on_item(self, event: ConversationItemAddedEvent) -> None:
        agent = self._session.current_agent
        if not self._has_handed_over and isinstance(agent, StoryAgent):
            self._has_handed_over = True
            self._diary.note(EventKind.HANDOVER)
            if isinstance(agent, ResumedStoryAgent):
                self._diary.note(EventKind.RESUMED)
            self._diary.note(EventKind.PROMPTS, prompts_version())
            self._diary.note(EventKind.PREMISE, agent.premise.id)
        if isinstance(event.item, ChatMessage) and event.item.role in ("user", "assistant"):
            self._diary.turn(self._turn(event.item))

    def _turn(self, message: ChatMessage) -> Turn:
        times: dict[str, Any] = dict(message.metrics or {})
        words = message.text_content if self._keep_words else None
        began_s = times.get("started_speaking_at")
        ended_s = times.get("stopped_speaking_at")
        if message.role == "user":
            heard, self._caller_began_s = self._caller_began_s, None
            return Turn(
                who=Who.CALLER,
                began_at=_moment(began_s or heard or message.created_at) or utc_now(),
                ended_at=_moment(ended_s or self._caller_ended_s),
                end_of_turn_s=times.get("end_of_turn_delay"),
                transcription_s=times.get("transcription_delay"),
                words=words,
            )
        played, self._played = self._played, set()
        return Turn(
            who=Who.ECHO,
            began_at=_moment(began_s or message.created_at) or utc_now(),
            ended_at=_moment(ended_s),
            first_token_s=times.get("llm_node_ttft"),
            first_sound_s=times.get("tts_node_ttfb"),
            gap_s=times.get("e2e_latency"),
            interrupted=message.interrupted,
            filled=Clip.FILLER in played,
            apologised=Clip.APOLOGY in played,
            words=words,
        )

    def _on_usage(self, event: SessionUsageUpdatedEvent) -> None:
        self.count(event.usage)

    def count(self, usage: AgentSessionUsage) -> None:
        """What has been used since the session began."""
        now = [self._prices.priced(each, self._day) for each in amounts(usage.model_usage)]
        used = total(self._before, now)
        self.spending.comes_to(sum(each.cost_usd or 0.0 for each in used))
        self._diary.used(used)


class _NotedClips:
    def __init__(self, clips: Clips, chronicler: Chronicler) -> None:
        self._clips = clips
        self._chronicler = chronicler

    async def play(self, clip: Clip) -> None:
        self._chronicler.played(clip)
        await self._clips.play(clip)

    async def stop(self) -> None:
        await self._clips.stop()


def _moment(unix_s: float | None) -> datetime | None:
    return None if unix_s is None else datetime.fromtimestamp(unix_s, UTC)

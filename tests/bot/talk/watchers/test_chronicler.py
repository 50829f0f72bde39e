"""What happens in a session becomes what the diary of the call holds."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from livekit.agents import (
    ConversationItemAddedEvent,
    SessionUsageUpdatedEvent,
    UserStateChangedEvent,
)
from livekit.agents.llm import ChatContext, ChatMessage
from livekit.agents.metrics import AgentSessionUsage, LLMModelUsage, STTModelUsage

from agents.prompts import prompts_version
from agents.resumed import BrokenStory, ResumedStoryAgent
from agents.stories import load_premises
from agents.story import StoryData
from agents.storyteller import StoryAgent
from agents.taming.notices import Notice
from bot.money.prices import PriceTable
from bot.records.diary import Diary, Event, EventKind, Turn, Usage, Who
from bot.talk.clips import Clip
from bot.talk.watchers.chronicler import Chronicler
from tests.bot.talk.fake_session import FakeSession
from tests.bot.talk.fakes import FakeClips, Timeline

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

SPOKEN_S = 1_767_225_600.0


class Told(Diary):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(None, "c1")
        self.turns: list[Turn] = []
        self.events: list[EventKind] = []
        self.details: list[str | None] = []
        self.usage: tuple[Usage, ...] = ()

    def note(self, kind: EventKind, detail: str | None = None, at: datetime | None = None) -> None:
        self.details.append(detail)
        self.events.append(Event(kind=kind, at=at or datetime.now(UTC), detail=detail).kind)

    def turn(self, turn: Turn) -> None:
        self.turns.append(turn)

    def used(self, used: Any) -> None:
        self.usage = tuple(used)


class Chronicled:
    def __init__(self, *, keep_words: bool = False) -> None:
        self.session = FakeSession()
        self.diary = Told()
        self.chronicler = Chronicler(
            self.session.as_session, self.diary, PriceTable.load(), keep_words=keep_words
        )

    def says(self, role: str, words: str, *, interrupted: bool = False, **metrics: float) -> None:
        message = ChatMessage(role=cast(Any, role), content=[words], interrupted=interrupted)
        message.metrics = cast(Any, metrics)
        self.session.emit("conversation_item_added", ConversationItemAddedEvent(item=message))

    def uses(self, *usage: Any) -> None:
        used = AgentSessionUsage(model_usage=list(usage))
        self.session.emit("session_usage_updated", SessionUsageUpdatedEvent(usage=used))


async def test_a_turn_of_the_caller_has_its_waits() -> None:
    call = Chronicled()
    call.says(
        "user",
        "Oscar",
        started_speaking_at=SPOKEN_S,
        stopped_speaking_at=SPOKEN_S + 2,
        end_of_turn_delay=0.4,
        transcription_delay=0.25,
    )
    assert call.diary.turns == [
        Turn(
            who=Who.CALLER,
            began_at=datetime.fromtimestamp(SPOKEN_S, UTC),
            ended_at=datetime.fromtimestamp(SPOKEN_S + 2, UTC),
            end_of_turn_s=0.4,
            transcription_s=0.25,
        )
    ]


async def test_a_turn_without_times_has_those_of_the_voice_that_was_heard() -> None:
    call = Chronicled()
    for at_s, old, new in (
        (1, "listening", "speaking"),
        (2, "speaking", "listening"),
        (3, "listening", "speaking"),
        (4, "speaking", "listening"),
    ):
        event = UserStateChangedEvent(
            old_state=cast(Any, old), new_state=cast(Any, new), created_at=SPOKEN_S + at_s
        )
        call.session.emit("user_state_changed", event)
    call.says("user", "Oscar")
    turn = call.diary.turns[0]
    assert turn.began_at == datetime.fromtimestamp(SPOKEN_S + 1, UTC)
    assert turn.ended_at == datetime.fromtimestamp(SPOKEN_S + 4, UTC)


async def test_a_turn_of_echo_has_the_gap_before_it() -> None:
    call = Chronicled()
    call.says(
        "assistant",
        "Once",
        interrupted=True,
        started_speaking_at=SPOKEN_S,
        stopped_speaking_at=SPOKEN_S + 5,
        llm_node_ttft=0.3,
        tts_node_ttfb=0.2,
        e2e_latency=0.9,
    )
    turn = call.diary.turns[0]
    assert (turn.who, turn.first_token_s, turn.first_sound_s, turn.gap_s) == (
        Who.ECHO,
        0.3,
        0.2,
        0.9,
    )
    assert turn.interrupted


async def test_what_was_not_measured_is_unknown_and_not_zero() -> None:
    call = Chronicled()
    call.says("assistant", "Once")
    turn = call.diary.turns[0]
    assert (turn.gap_s, turn.first_token_s, turn.ended_at) == (None, None, None)


async def test_words_are_kept_only_when_they_are_to_be_kept() -> None:
    silent, keeping = Chronicled(), Chronicled(keep_words=True)
    for call in (silent, keeping):
        call.says("user", "my secret")
        call.says("assistant", "Once upon a time")
    assert [turn.words for turn in silent.diary.turns] == [None, None]
    assert [turn.words for turn in keeping.diary.turns] == ["my secret", "Once upon a time"]


async def test_instructions_are_no_turns() -> None:
    call = Chronicled(keep_words=True)
    call.says("system", "You are Echo.")
    assert call.diary.turns == []


async def test_clips_are_noted_and_belong_to_the_turn_that_follows() -> None:
    call = Chronicled()
    clips = call.chronicler.noting(FakeClips(Timeline()))
    await clips.play(Clip.FILLER)
    await clips.play(Clip.APOLOGY)
    call.says("assistant", "Once")
    call.says("assistant", "Twice")
    assert call.diary.events == [EventKind.FILLER, EventKind.APOLOGY]
    assert [(turn.filled, turn.apologised) for turn in call.diary.turns] == [
        (True, True),
        (False, False),
    ]


async def test_a_clip_is_played_and_stopped_as_before() -> None:
    call, timeline = Chronicled(), Timeline()
    clips = call.chronicler.noting(FakeClips(timeline))
    await clips.play(Clip.GOODBYE)
    await clips.stop()
    assert timeline.what == ["clip goodbye"]
    assert call.diary.events == []


async def test_a_caller_who_silences_echo_barges_in() -> None:
    call = Chronicled()
    call.session.agent_becomes("speaking")
    call.session.user_becomes("speaking")
    call.session.agent_becomes("listening")
    assert call.diary.events == [EventKind.BARGE_IN]


async def test_echo_who_has_finished_was_not_interrupted() -> None:
    call = Chronicled()
    call.session.agent_becomes("speaking")
    call.session.agent_becomes("listening")
    call.session.user_becomes("speaking")
    assert call.diary.events == []


async def test_the_handover_is_noted_once() -> None:
    call = Chronicled()
    call.says("user", "Oscar from Lima")
    call.session.current_agent = StoryAgent(StoryData("Oscar", "Lima"), load_premises()[0])
    call.says("assistant", "Once")
    call.says("user", "Go on")
    assert call.diary.events == [EventKind.HANDOVER, EventKind.PROMPTS, EventKind.PREMISE]
    assert call.diary.details[1:] == [prompts_version(), load_premises()[0].id]


async def test_a_story_that_goes_on_from_another_call_is_noted_as_one() -> None:
    call = Chronicled()
    broken = BrokenStory(StoryData("Oscar", "Lima"), load_premises()[0], ChatContext.empty())
    call.session.current_agent = ResumedStoryAgent(broken, realtime=None, is_recorded=False)
    call.says("assistant", "Good, we go on.")
    assert call.diary.events[:2] == [EventKind.HANDOVER, EventKind.RESUMED]


async def test_usage_has_its_cost_and_an_unknown_model_none() -> None:
    call = Chronicled()
    call.uses(
        STTModelUsage(provider="Deepgram", model="nova-3", audio_duration=120),
        LLMModelUsage(provider="p", model="brand-new", input_tokens=5),
    )
    costs = {each.model: each.cost_usd for each in call.diary.usage}
    assert costs == {"nova-3": pytest.approx(0.0154), "brand-new": None}
    assert call.chronicler.spending.usd == pytest.approx(0.0154)


async def test_what_another_process_has_used_stays_on_the_bill() -> None:
    call = Chronicled()
    call.uses(LLMModelUsage(provider="openai", model="m", input_tokens=100))
    [alone] = call.diary.usage
    before = [alone, replace(alone, model="other")]
    Chronicler(
        call.session.as_session, call.diary, PriceTable.load(), keep_words=False, before=before
    )
    call.uses(LLMModelUsage(provider="openai", model="m", input_tokens=20))
    assert {each.model: each.amount for each in call.diary.usage} == {"m": 120, "other": 100}


async def test_a_handover_that_another_process_has_noted_is_not_noted_again() -> None:
    session, diary = FakeSession(), Told()
    session.current_agent = StoryAgent(StoryData("Peter", "Berlin"))
    Chronicler(session.as_session, diary, PriceTable.load(), keep_words=False, has_handed_over=True)
    item = ChatMessage(role="user", content=["Left."])
    session.emit("conversation_item_added", ConversationItemAddedEvent(item=item))
    assert EventKind.HANDOVER not in diary.events
    assert len(diary.turns) == 1


@pytest.mark.parametrize("notice", Notice)
async def test_what_is_noticed_of_a_model_is_an_event(notice: Notice) -> None:
    scene = Chronicled()
    scene.chronicler.noticed(notice, "unknown 3")
    scene.chronicler.noticed(notice, "")
    assert scene.diary.events == [EventKind(notice.value)] * 2
    assert scene.diary.details == ["unknown 3", None]

"""What happens in a session becomes what the Floor knows."""

import asyncio
from typing import Any, cast

import pytest
from livekit.agents import (
    CloseEvent,
    CloseReason,
    ConversationItemAddedEvent,
    ErrorEvent,
    SpeechCreatedEvent,
)
from livekit.agents.llm import ChatMessage, LLMError, RealtimeModelError
from livekit.agents.stt import STTError
from livekit.agents.tts import TTSError

from agents.story import StoryData
from agents.storyteller import StoryAgent
from bot.records import AgentReached, EndReason
from bot.records.diary import Who
from bot.talk.floor.state import State
from bot.talk.watchers.hearing import Hearing
from bot.talk.watchers.observer import SessionObserver
from tests.bot.records.records import a_call
from tests.bot.talk.fake_session import FakeHandle, FakeSession
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]


class Watched:
    """A session with its observer, and what was written into the record."""

    def __init__(self) -> None:
        self.scene = Scene()
        self.session = FakeSession()
        self.hearing = Hearing(self.scene.floor)
        self.noted: dict[str, Any] = {}
        self.spoke: list[Who | None] = []
        SessionObserver(
            self.session.as_session,
            self.scene.floor,
            self.hearing,
            cast(Any, self),
            self.scene.ending,
        )

    @property
    def record(self) -> Any:
        return a_call(turns=0)

    def update(self, **changes: Any) -> None:
        self.noted.update(changes)

    def speaks(self, who: Who | None) -> None:
        self.spoke.append(who)

    def becomes(self, who: str, state: str) -> None:
        (self.session.user_becomes if who == "user" else self.session.agent_becomes)(state)

    @property
    def state(self) -> State:
        return self.scene.floor.state

    def speech_created(self, *, scheduled: bool = True) -> FakeHandle:
        handle = FakeHandle("", {}, scheduled=scheduled)
        event = SpeechCreatedEvent.model_construct(speech_handle=cast(Any, handle))
        self.session.emit("speech_created", event)
        return handle

    def error(self, error: Any) -> None:
        self.session.emit("error", ErrorEvent.model_construct(error=error, source=None))

    async def failed(self) -> bool:
        async with asyncio.timeout(1):
            return (await self.scene.floor.debt()).has_failed


def model_error(kind: Any, *, recoverable: bool = False) -> Any:
    return kind(timestamp=0.0, label="model", error=ValueError("no"), recoverable=recoverable)


async def test_a_turn_as_livekit_tells_it_is_a_turn_of_the_floor() -> None:
    watched = Watched()
    states = []
    for who, state in (
        ("user", "speaking"),
        ("user", "listening"),
        ("agent", "thinking"),
        ("agent", "speaking"),
        ("agent", "listening"),
    ):
        watched.becomes(who, state)
        states.append(watched.state)
    assert states == [
        State.LISTENING,
        State.LISTENING,
        State.OWING,
        State.SPEAKING,
        State.LISTENING,
    ]


async def test_a_speech_that_is_made_is_owed_until_it_is_heard() -> None:
    watched = Watched()
    watched.speech_created()
    assert watched.state is State.OWING


@pytest.mark.parametrize("who", ["user", "agent"])
async def test_a_speech_that_is_made_while_somebody_speaks_is_not_owed_yet(who: str) -> None:
    watched = Watched()
    if who == "user":
        watched.session.user_becomes("speaking")
    else:
        watched.session.agent_becomes("speaking")
    before = watched.state
    watched.speech_created()
    assert watched.state is before


async def test_a_speech_that_waits_is_owed_when_the_caller_stops() -> None:
    watched = Watched()
    watched.session.user_becomes("speaking")
    handle = watched.speech_created()
    states = []
    watched.session.user_becomes("listening")
    states.append(watched.state)
    watched.session.user_becomes("speaking")
    handle.finish()
    watched.session.user_becomes("listening")
    states.append(watched.state)
    assert states == [State.OWING, State.LISTENING]


async def test_a_thought_while_the_caller_speaks_is_not_owed() -> None:
    watched = Watched()
    watched.session.user_becomes("speaking")
    watched.session.agent_becomes("thinking")
    assert watched.state is State.LISTENING


async def test_a_tool_behind_a_speech_makes_the_next_answer_due() -> None:
    watched = Watched()
    watched.session.agent_becomes("speaking")
    watched.session.agent_becomes("thinking")
    assert watched.state is State.OWING


async def test_a_speech_that_fails_has_failed_unless_it_was_interrupted() -> None:
    watched = Watched()
    watched.speech_created().finish(ValueError())
    assert await watched.failed()
    watched = Watched()
    handle = watched.speech_created()
    handle.interrupted = True
    handle.finish(ValueError())
    assert not await watched.failed()


@pytest.mark.parametrize("kind", [LLMError, TTSError, RealtimeModelError])
async def test_a_model_that_fails_for_good_is_an_answer_that_does_not_come(kind: Any) -> None:
    watched = Watched()
    watched.error(model_error(kind, recoverable=True))
    assert watched.state is State.LISTENING
    watched.error(model_error(kind))
    assert await watched.failed()
    assert "ValueError" in watched.noted["error"]


@pytest.mark.parametrize("kind", [LLMError, TTSError])
async def test_a_guess_that_fails_before_the_turn_is_over_is_no_answer_that_failed(
    kind: Any,
) -> None:
    watched = Watched()
    watched.speech_created(scheduled=False)
    watched.error(model_error(kind))
    assert watched.scene.timeline.what == ["drop guess"]
    assert not await watched.failed()


async def test_an_answer_that_fails_beside_a_guess_has_failed() -> None:
    watched = Watched()
    watched.speech_created()
    watched.speech_created(scheduled=False)
    watched.error(model_error(LLMError))
    assert await watched.failed()


async def test_ears_that_fail_owe_no_answer_but_are_noted() -> None:
    watched = Watched()
    watched.error(model_error(STTError))
    assert watched.state is State.LISTENING
    assert watched.noted["error"].startswith("stt_error")


async def test_a_realtime_model_that_fails_does_not_close_the_session() -> None:
    watched = Watched()
    error = model_error(RealtimeModelError)
    watched.error(error)
    assert error.recoverable


async def test_a_session_that_closes_by_an_error_ends_the_call() -> None:
    watched = Watched()
    closed = CloseEvent.model_construct(reason=CloseReason.USER_INITIATED, error=None)
    watched.session.emit("close", closed)
    assert watched.scene.ending.reason is None
    closed = CloseEvent.model_construct(reason=CloseReason.ERROR, error=cast(Any, ValueError("x")))
    watched.session.emit("close", closed)
    assert watched.scene.ending.reason is EndReason.PROVIDER_FAILURE


async def test_turns_and_how_far_the_call_came_are_written_down() -> None:
    watched = Watched()

    def said(role: Any) -> None:
        message = ChatMessage(role=role, content=["words"])
        watched.session.emit("conversation_item_added", ConversationItemAddedEvent(item=message))

    said("assistant")
    assert watched.noted == {}
    said("user")
    said("user")
    assert watched.noted == {"turns": 2}
    watched.session.current_agent = StoryAgent(StoryData("Maria", "Lisbon"))
    said("assistant")
    assert watched.noted == {"turns": 2, "agent_reached": AgentReached.STORY}


async def test_words_that_do_not_come_are_asked_for_again() -> None:
    watched = Watched()
    hearing = asyncio.create_task(watched.hearing.run())
    watched.session.emit("user_transcription_timeout", None)
    await watched.scene.until(1)
    assert len(watched.scene.lines) == 1
    hearing.cancel()


async def test_the_record_is_told_who_speaks_and_a_caller_counts_over_echo() -> None:
    watched = Watched()
    for who, state in (
        ("agent", "speaking"),
        ("user", "speaking"),
        ("agent", "listening"),
        ("user", "listening"),
    ):
        watched.becomes(who, state)
    assert watched.spoke == [Who.ECHO, Who.CALLER, Who.CALLER, None]

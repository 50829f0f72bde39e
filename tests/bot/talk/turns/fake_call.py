"""A session and a transcription that say what a test tells them to."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from livekit.agents import (
    AgentSession,
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    UserStateChangedEvent,
    stt,
)
from livekit.agents.language import LanguageCode
from livekit.agents.llm import ChatContext, ChatMessage
from livekit.agents.types import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, NotGivenOr
from livekit.agents.utils import AudioBuffer

from bot.talk.turns.interruption import RESUME_AFTER_S
from bot.talk.turns.turn_taking import TurnTaking

DETECTOR_S = 0.1
"""How much silence the voice detector of these calls waits for."""


class FakeStt(stt.STT[Any]):
    """A transcription that hears what `heard` is given. `flushes` counts how often it was asked."""

    def __init__(self) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=True))
        self.streams: list[FakeStream] = []
        self.errors: list[Exception] = []

    @property
    def flushes(self) -> int:
        return sum(stream.flushes for stream in self.streams)

    def heard(self, text: str, *, final: bool = True, language: str = "en-US") -> None:
        self.streams[-1].push(event(text, final=final, language=language))

    def stream(
        self, *, language: Any = NOT_GIVEN, conn_options: Any = DEFAULT_API_CONNECT_OPTIONS
    ) -> "FakeStream":
        if self.errors:
            raise self.errors.pop(0)
        stream = FakeStream(self, conn_options)
        self.streams.append(stream)
        return stream

    async def _recognize_impl(
        self, buffer: AudioBuffer, *, language: NotGivenOr[str] = NOT_GIVEN, conn_options: Any
    ) -> stt.SpeechEvent:
        raise NotImplementedError


class FakeStream(stt.RecognizeStream):
    def __init__(self, owner: FakeStt, conn_options: Any) -> None:
        super().__init__(stt=owner, conn_options=conn_options)
        self.flushes = 0

    def push(self, speech: stt.SpeechEvent) -> None:
        self._event_ch.send_nowait(speech)

    async def _run(self) -> None:
        async for item in self._input_ch:
            if isinstance(item, self._FlushSentinel):
                self.flushes += 1


def event(text: str, *, final: bool = True, language: str = "en-US") -> stt.SpeechEvent:
    kind = stt.SpeechEventType
    return stt.SpeechEvent(
        type=kind.FINAL_TRANSCRIPT if final else kind.INTERIM_TRANSCRIPT,
        alternatives=[stt.SpeechData(language=LanguageCode(language), text=text)],
    )


@dataclass(eq=False)
class FakeSpeech:
    """What Echo says."""

    interrupted: bool = False
    over: bool = False
    allow_interruptions: bool = True
    callbacks: list[Callable[[Any], None]] = field(default_factory=list)

    def done(self) -> bool:
        return self.over

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        self.callbacks.append(callback)


@dataclass
class FakeAgent:
    llm: Any = None


class FakeActivity:
    """How LiveKit pauses Echo for a voice over hers, and goes on. `waits_s`: so long after it."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []
        self._paused_speech: Any = None
        self._false_interruption_timer: object | None = None

    def pause(self) -> None:
        self._paused_speech = SimpleNamespace(timeout=RESUME_AFTER_S)
        self._false_interruption_timer = None

    def voice_ends(self) -> None:
        if self._paused_speech is not None:
            self._start_false_interruption_timer(self._paused_speech.timeout)

    def _start_false_interruption_timer(self, timeout: float) -> None:
        self._false_interruption_timer = object()
        self.waits_s.append(timeout)


class FakeSession:
    """LiveKit's events, without LiveKit."""

    def __init__(self) -> None:
        self._activity = FakeActivity()
        self.current_speech: FakeSpeech | None = None
        self.current_agent = FakeAgent()
        self._listeners: dict[str, Callable[[Any], None]] = {}

    def on(self, name: str, listener: Callable[[Any], None]) -> None:
        self._listeners[name] = listener

    def emit(self, name: str, value: Any) -> None:
        self._listeners[name](value)

    def interrupt(self) -> None:
        assert self.current_speech is not None
        self.current_speech.interrupted = True


class FakeCall:
    """One call of which only the turns are real."""

    def __init__(self, *, transcribe_realtime: bool = True) -> None:
        self.stt = FakeStt()
        self.turns = TurnTaking(
            self.stt,
            silence_before_end_s=DETECTOR_S,
            transcribe_realtime=transcribe_realtime,
        )
        self.session = FakeSession()
        self.turns.listen(cast("AgentSession[Any]", self.session))
        self.told: list[stt.SpeechEvent] = []
        self._stream = self.turns.ears.stream()
        self._reader = asyncio.create_task(self._read())

    async def __aenter__(self) -> "FakeCall":
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reader.cancel()
        await self._stream.aclose()

    async def _read(self) -> None:
        async for heard in self._stream:
            self.told.append(heard)

    @property
    def goes_on_after_s(self) -> list[float]:
        """How long after each voice over hers Echo was to go on."""
        return self.session._activity.waits_s

    @property
    def finals(self) -> list[str]:
        """What the session learnt for good."""
        return self._texts(stt.SpeechEventType.FINAL_TRANSCRIPT)

    @property
    def prepared(self) -> list[str]:
        """Words for which an answer was prepared."""
        return self._texts(stt.SpeechEventType.PREFLIGHT_TRANSCRIPT)

    def _texts(self, kind: stt.SpeechEventType) -> list[str]:
        return [heard.alternatives[0].text for heard in self.told if heard.type is kind]

    async def echo_says(self, text: str) -> FakeSpeech:
        """Echo says `text` to its end."""
        speech = self.echo_begins()
        await self.echo_ends(speech, text)
        return speech

    def echo_begins(self) -> FakeSpeech:
        speech = self.session.current_speech = FakeSpeech()
        self.session.emit(
            "agent_state_changed",
            AgentStateChangedEvent(old_state="thinking", new_state="speaking"),
        )
        return speech

    async def echo_ends(self, speech: FakeSpeech, text: str) -> None:
        item = ChatMessage(role="assistant", content=[text])
        self.session.emit("conversation_item_added", ConversationItemAddedEvent(item=item))
        speech.over = True
        self.session.current_speech = None
        for callback in speech.callbacks:
            callback(speech)
        await asyncio.sleep(0.01)

    def caller_begins(self) -> None:
        self.session.emit(
            "user_state_changed", UserStateChangedEvent(old_state="listening", new_state="speaking")
        )
        speech = self.session.current_speech
        if speech is not None and not speech.done():
            self.session._activity.pause()

    async def caller_stops(self) -> None:
        """Ends when the voice detector has noticed."""
        await asyncio.sleep(DETECTOR_S)
        self.session.emit(
            "user_state_changed", UserStateChangedEvent(old_state="speaking", new_state="listening")
        )
        self.session._activity.voice_ends()

    async def hear(self, text: str, *, final: bool = True, language: str = "en-US") -> None:
        self.stt.heard(text, final=final, language=language)
        await asyncio.sleep(0.001)

    async def end_of_turn_s(self) -> float:
        """How long after the caller's last sound the turn is over, asked now as LiveKit asks."""
        now = asyncio.get_running_loop().time
        began_s = now()
        await self.turns.predict_end_of_turn(ChatContext.empty())
        return now() - began_s + DETECTOR_S

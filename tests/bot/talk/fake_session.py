"""A session that says what a test tells it to: LiveKit's events, without LiveKit."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from livekit import rtc
from livekit.agents import AgentSession, AgentStateChangedEvent, UserStateChangedEvent

from agents.conversation import Conversation


@dataclass(eq=False)
class FakeHandle:
    """A speech under way; `finish` ends it."""

    text: str
    options: dict[str, Any]
    over: asyncio.Event = field(default_factory=asyncio.Event)
    interrupted: bool = False
    scheduled: bool = True
    error: BaseException | None = None
    callbacks: list[Callable[[Any], None]] = field(default_factory=list)

    def __await__(self) -> Any:
        return self.wait_for_playout().__await__()

    async def wait_for_playout(self) -> None:
        await self.over.wait()

    @property
    def allow_interruptions(self) -> bool:
        return bool(self.options.get("allow_interruptions", True))

    def interrupt(self, *, force: bool = False) -> None:
        assert force or self.allow_interruptions
        self.interrupted = True
        self.finish()

    def finish(self, error: BaseException | None = None) -> None:
        self.error = error
        self.over.set()
        for callback in self.callbacks:
            callback(self)

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        self.callbacks.append(callback)

    def exception(self) -> BaseException | None:
        return self.error


@dataclass
class FakeSession:
    """Records what it is asked to say. `refuses`: it is closing, or between two agents."""

    refuses: bool = False
    tts: Any = None
    userdata: Any = None
    current_agent: Any = None
    current_speech: FakeHandle | None = None
    agent_state: str = "listening"
    user_state: str = "listening"
    handles: list[FakeHandle] = field(default_factory=list)
    hushed: int = 0
    gave_way: int = 0
    hangs: bool = False
    frames: AsyncIterator[rtc.AudioFrame] | None = None
    _listeners: dict[str, list[Callable[[Any], None]]] = field(default_factory=dict)

    def say(self, text: str, **options: Any) -> FakeHandle:
        return self._handle(text, options)

    def generate_reply(self, **options: Any) -> FakeHandle:
        return self._handle(f"<{options.get('instructions', '')}>", options)

    def interrupt(self, *, force: bool) -> "asyncio.Future[None]":
        if self.refuses:
            raise RuntimeError("AgentSession isn't running")
        over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not force:
            assert self.current_speech is not None
            self.gave_way += 1
            self.current_speech.interrupt()
        else:
            self.hushed += 1
        if not self.hangs:
            over.set_result(None)
        return over

    def update_agent(self, agent: Any) -> None:
        self.current_agent = agent

    def on(self, event: str, listener: Callable[[Any], None]) -> None:
        self._listeners.setdefault(event, []).append(listener)

    def off(self, event: str, listener: Callable[[Any], None]) -> None:
        self._listeners[event].remove(listener)

    def listeners(self, event: str) -> int:
        return len(self._listeners.get(event, []))

    def emit(self, event: str, value: Any = None) -> None:
        for listener in list(self._listeners.get(event, [])):
            listener(value)

    def agent_becomes(self, state: Any) -> None:
        old, self.agent_state = cast(Any, self.agent_state), state
        self.emit("agent_state_changed", AgentStateChangedEvent(old_state=old, new_state=state))

    def user_becomes(self, state: Any) -> None:
        old, self.user_state = cast(Any, self.user_state), state
        self.emit("user_state_changed", UserStateChangedEvent(old_state=old, new_state=state))

    @property
    def as_session(self) -> AgentSession[Conversation]:
        return cast(AgentSession[Conversation], self)

    def _handle(self, text: str, options: dict[str, Any]) -> FakeHandle:
        if self.refuses:
            raise RuntimeError("AgentSession is closing")
        handle = FakeHandle(text, options)
        self.handles.append(handle)
        return handle

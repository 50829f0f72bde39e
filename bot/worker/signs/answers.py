"""By its room: a process that does not write is asked there, before it is taken for dead."""

import logging
import time
from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

logger = logging.getLogger("storyline.guardian")

# An answer counts for so long.
_BELIEVED_S = 5.0
# On a machine with twelve runnable processes for each processor a healthy process was silent for a
# second. The caller of a frozen one waits for every question.
_QUESTIONS = 2


class Answer(Enum):
    """What comes back when the process of a call is asked in its room."""

    LIVES = auto()
    SILENT = auto()
    ENDED = auto()
    """LiveKit itself knows that the job is over."""


class RoomsToAsk(Protocol):
    """What is needed of LiveKit; bot/worker/rooms.py is it."""

    async def ask(self, room_name: str, job_id: str | None) -> Answer: ...


class Asking:
    """Tells a process that is dead from one that is slow, or cannot write its record."""

    def __init__(self, rooms: RoomsToAsk, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rooms = rooms
        self._monotonic = monotonic
        self._alive_until_s: dict[str, float] = {}
        self._complained: set[str] = set()

    async def is_dead(self, call_id: str, room_name: str, job_id: str | None) -> bool:
        """Ask, and once more where nothing came back: a first silence proves nothing, unless
        LiveKit knows that the job has ended. Raises what the rooms raise.
        """
        for _ in range(_QUESTIONS):
            answer = await self._rooms.ask(room_name, job_id)
            if answer is not Answer.SILENT:
                break
        if answer is Answer.LIVES:
            self._believe(call_id)
        return answer is not Answer.LIVES

    def is_believed(self, call_id: str) -> bool:
        """Whether it has answered a moment ago, and is to be left alone for a while."""
        return self._monotonic() < self._alive_until_s.get(call_id, 0.0)

    def forget_all_but(self, open_calls: set[str]) -> None:
        """Only these calls have no end yet."""
        self._complained &= open_calls
        for call_id in self._alive_until_s.keys() - open_calls:
            del self._alive_until_s[call_id]

    def _believe(self, call_id: str) -> None:
        self._alive_until_s[call_id] = self._monotonic() + _BELIEVED_S
        if call_id not in self._complained:
            self._complained.add(call_id)
            logger.warning("a call cannot write its record, but it answers: left alone")

"""The caller's patience: whoever waits for an answer hears something soon.

This watches one symptom, the silence of an agent that owes an answer, and needs no list of its
causes: a model that is slow, refuses, is cut off or stalls looks the same from the telephone.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.clips import Clip, ClipPlayer

logger = logging.getLogger("storyline.patience")


@dataclass(frozen=True, slots=True)
class Remedies:
    """What can be done about an answer that does not come."""

    abandon: Callable[[], Awaitable[None]]
    """Drop the answer under way, so that it cannot speak over the apology."""
    retry: Callable[[], Awaitable[None]]
    """Ask for the answer once more."""
    give_up: Callable[[], Awaitable[None]]
    """Say goodbye without any model and end the call."""


class Patience:
    """Covers an answer that does not come: filler, apology and one new try, then the end.

    `owe` starts the clock when an answer is due, `pay` stops it when the agent's voice is heard
    (or the caller speaks again), `fail` says that waiting is of no use. `run` must be running
    for as long as the conversation.
    """

    def __init__(
        self,
        clips: ClipPlayer,
        remedies: Remedies,
        *,
        filler_after_s: float,
        apology_after_s: float,
    ) -> None:
        self._clips = clips
        self._remedies = remedies
        self._filler_after_s = filler_after_s
        self._apology_after_s = apology_after_s
        self._due = asyncio.Event()
        self._news = asyncio.Event()
        self._failed = False
        self._suspended = False

    @property
    def waiting(self) -> bool:
        """The caller waits for an answer right now."""
        return self._due.is_set()

    def owe(self) -> None:
        """An answer is due from now on. Does nothing while one is due already."""
        if not self._suspended and not self._due.is_set():
            self._begin_waiting()

    def pay(self) -> None:
        """The caller waits no more."""
        self._due.clear()
        self._news.set()

    def fail(self) -> None:
        """The answer that is due, or was being spoken, will not come."""
        if not self._suspended:
            self._failed = True
            self._due.set()
            self._news.set()

    def suspend(self) -> None:
        """Watch no more: the goodbye has begun, and has its own limits."""
        self._suspended = True
        self.pay()

    async def run(self) -> None:
        """Keep the promise until cancelled."""
        while True:
            await self._due.wait()
            await self._serve()

    def _begin_waiting(self) -> None:
        self._failed = False
        self._news.clear()
        self._due.set()

    async def _serve(self) -> None:
        if await self._answered_within(self._filler_after_s):
            return
        if not self._failed and await self._answered_behind_filler():
            return
        logger.warning("no answer for the caller; apologising", extra={"failed": self._failed})
        await self._remedies.abandon()
        await self._clips.play(Clip.APOLOGY)
        if not self._due.is_set():
            return  # the caller spoke into the apology: their new turn is the retry
        self._begin_waiting()
        await self._remedies.retry()
        if not await self._answered_within(self._apology_after_s) and self._due.is_set():
            logger.error("no answer after the apology; ending the call")
            self.suspend()
            await self._remedies.give_up()

    async def _answered_behind_filler(self) -> bool:
        """Fill the silence with a phrase that stops as soon as the answer is heard."""
        filler = asyncio.create_task(self._clips.play(Clip.FILLER), name="filler")
        try:
            return await self._answered_within(self._apology_after_s - self._filler_after_s)
        finally:
            await self._clips.stop()
            await filler

    async def _answered_within(self, limit_s: float) -> bool:
        if not self._failed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limit_s):
                    await self._news.wait()
        return not self._due.is_set()

"""The caller's patience: whoever waits for an answer hears something soon.

This watches one symptom, the silence of an agent that owes an answer, and needs no list of its
causes: a model that is slow, refuses, is cut off or stalls looks the same from the telephone.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.talk.clips import Clip, ClipPlayer

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
    is_ending: Callable[[], bool] = lambda: False
    """A goodbye is being said, which has limits and words of its own."""


class Patience:
    """Covers an answer that does not come: filler, apology and one new try, then the end.

    `owe` starts the clock when an answer is due, `pay` stops it when the agent's voice is heard,
    `excuse` when the caller speaks instead of waiting, `fail` says that waiting is of no use.
    `run` must be running for as long as the conversation.
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
        self._debt: _Debt | None = None
        self._owed = asyncio.Event()
        # Fillers since the agent's voice was last heard. A caller who answers the filler must not
        # hear it a second time instead of the apology.
        self._fillers = 0
        self._suspended = False

    @property
    def waiting(self) -> bool:
        """The caller waits for an answer right now."""
        return self._debt is not None

    def owe(self) -> None:
        """An answer is due from now on. Does nothing while one is due already."""
        if not self._suspended and self._debt is None:
            self._debt = _Debt()
            self._owed.set()

    def pay(self) -> None:
        """The agent's voice is heard."""
        self._fillers = 0
        self._settle()

    def excuse(self) -> None:
        """The caller speaks: a new answer will be due."""
        self._settle()

    def _settle(self) -> None:
        if self._debt is not None:
            self._debt.is_paid = True
            self._debt.news.set()
            self._debt = None
            self._owed.clear()

    def fail(self) -> None:
        """The answer that is due, or was being spoken, will not come."""
        self.owe()
        if self._debt is not None:
            self._debt.has_failed = True
            self._debt.news.set()

    def suspend(self) -> None:
        """Watch no more: the goodbye has begun, and has its own limits."""
        self._suspended = True
        self._settle()

    def resume(self) -> None:
        """Watch again."""
        self._suspended = False

    async def run(self) -> None:
        """Keep the promise until cancelled."""
        while True:
            await self._owed.wait()
            if self._debt is not None:
                await self._serve(self._debt)

    async def _serve(self, debt: "_Debt") -> None:
        if await debt.paid_within(self._filler_after_s):
            return
        may_fill = not debt.has_failed and self._fillers == 0
        if may_fill and await self._paid_behind_filler(debt):
            return
        if self._remedies.is_ending():
            self._settle()
            return
        logger.warning("no answer for the caller; apologising", extra={"failed": debt.has_failed})
        await self._remedies.abandon()
        if not debt.is_paid:
            await self._clips.play(Clip.APOLOGY)
        if debt.is_paid:
            return  # the caller spoke into the apology: their new turn is the retry
        debt.begin_again()
        await self._remedies.retry()
        if not await debt.paid_within(self._apology_after_s):
            logger.error("no answer after the apology; ending the call")
            self.suspend()
            await self._remedies.give_up()

    async def _paid_behind_filler(self, debt: "_Debt") -> bool:
        """Fill the silence with a phrase that stops as soon as the answer is heard."""
        self._fillers += 1
        filler = asyncio.create_task(self._clips.play(Clip.FILLER), name="filler")
        try:
            return await debt.paid_within(self._apology_after_s - self._filler_after_s)
        finally:
            await self._clips.stop()
            await filler


class _Debt:
    """One answer that is due, from the moment it is asked for until it is heard."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.is_paid = False
        self.has_failed = False

    def begin_again(self) -> None:
        self.has_failed = False
        self.news.clear()

    async def paid_within(self, limit_s: float) -> bool:
        """Wait for the answer; False as soon as it has failed, or after the limit."""
        if not self.has_failed:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limit_s):
                    await self.news.wait()
        return self.is_paid

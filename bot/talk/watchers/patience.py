"""The caller's patience: whoever waits for an answer hears something soon.

This watches one symptom, the silence of an agent that owes an answer, and needs no list of its
causes: a model that is slow, refuses, is cut off or stalls looks the same from the telephone.
"""

import logging

from bot.records.record import EndReason
from bot.talk.floor.debt import Debt
from bot.talk.floor.floor import Floor

logger = logging.getLogger("storyline.patience")


class Patience:
    """Covers an answer that does not come: filler, apology and one new try, then the end.

    `run` must be running for as long as the conversation. Times are seconds since the answer was
    due; the new try has as long as the first one had until the apology.
    """

    def __init__(self, floor: Floor, *, filler_after_s: float, apology_after_s: float) -> None:
        self._floor = floor
        self._filler_after_s = filler_after_s
        self._apology_after_s = apology_after_s

    async def run(self) -> None:
        """Keep the promise until cancelled."""
        while True:
            await self._serve(await self._floor.debt())

    async def _serve(self, debt: Debt) -> None:
        floor = self._floor
        if await debt.settled_within(self._filler_after_s):
            return
        if await floor.fill(debt, self._apology_after_s - self._filler_after_s):
            return
        if not await floor.apologise(debt):
            return  # the caller spoke into the apology: their new turn is the retry
        floor.answer_again(debt)
        if not await debt.settled_within(self._apology_after_s):
            logger.error("no answer after the apology; ending the call")
            await floor.last_words(EndReason.PROVIDER_FAILURE, error="no answer after the apology")

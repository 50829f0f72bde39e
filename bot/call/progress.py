"""What the job writes into the ledger while it places a call."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.records.errors import RecordsError
from bot.records.orders.ledger import Ledger
from bot.records.orders.order import Order
from bot.records.record import utc_now
from bot.talk.floor.ending import Ending
from sip.calls.calling_hours import CallingHours, may_call
from sip.calls.outcome import Outcome

logger = logging.getLogger("storyline.outbound")

_RETRY_S = (0.2, 0.5, 1.0, 2.0)

_T = TypeVar("_T")


class Progress:
    """One order's page of the ledger.

    A database that is away harms no call in progress; but nobody is dialled without its word.
    """

    def __init__(self, ledger: Ledger, call_id: str) -> None:
        self._ledger = ledger
        self._call_id = call_id
        self._outcome: Outcome | None = None
        self._detail: str | None = None
        self._sip_status: int | None = None
        # Whether the number may have been dialled, as far as this process knows.
        self._dials = False
        self._ringing: asyncio.Task[bool | None] | None = None

    def conclude(self, outcome: Outcome, detail: str | None, sip_status: int | None = None) -> None:
        """Nobody answered: what to end the order with. The first conclusion counts."""
        if self._outcome is None:
            self._outcome, self._detail, self._sip_status = outcome, detail, sip_status

    async def claim_dialling(self, order: Order, hours: CallingHours) -> bool:
        """The last questions before the telephone rings; writes down that it will."""
        now = utc_now()
        if not may_call(order.number, hours, now):
            self.conclude(Outcome.REFUSED, f"It is outside the calling hours ({hours}) there.")
            return False
        try:
            await self._ledger.mark_ready(self._call_id)
            if await self._ledger.claim_dialling(self._call_id, now):
                self._dials = True
                return True
            if await self._ledger.is_blocked(order.number):
                self.conclude(Outcome.REFUSED, "The number is on the do-not-call list.")
            return False
        except RecordsError as error:
            logger.error("not dialled: the database is away", extra={"error": str(error)})
            self.conclude(Outcome.FAILED, "The database was away, so nobody was dialled.")
            return False

    def was_answered(self) -> None:
        """Another process has dialled, and somebody has answered: this one goes on."""
        self._outcome, self._dials = Outcome.ANSWERED, True

    def rings(self) -> None:
        """The callee's telephone rings."""
        self._ringing = asyncio.create_task(
            self._try(lambda: self._ledger.mark_ringing(self._call_id)), name="order rings"
        )

    async def answered(self) -> None:
        """Somebody has answered."""
        self._outcome = Outcome.ANSWERED
        await self._settle()
        await self._try(lambda: self._ledger.mark_answered(self._call_id, utc_now()))

    async def became(self, outcome: Outcome, detail: str | None = None) -> None:
        """It turned out what it was that answered."""
        self._outcome, self._detail = outcome, detail
        await self._try(lambda: self._ledger.correct_outcome(self._call_id, outcome))

    async def cancel_asked(self) -> bool:
        """Whether an operator wants this call to end."""
        order = await self._try(lambda: self._ledger.get(self._call_id))
        return order is not None and order.cancel_asked

    async def close(self, ending: Ending) -> None:
        """End the order; to be called when room and record are closed."""
        await self._settle()
        outcome = self._outcome or Outcome.FAILED
        detail = self._detail
        if detail is None and outcome is Outcome.FAILED:
            detail = f"The call could not be made ({ending.error or ending.reason})."
        for pause_s in (*_RETRY_S, None):
            done = await self._try(
                lambda: self._ledger.end(
                    self._call_id,
                    outcome,
                    utc_now(),
                    sip_status=self._sip_status,
                    detail=detail,
                    dialled=self._dials,
                )
            )
            if done is not None or pause_s is None:
                return
            await asyncio.sleep(pause_s)

    async def _settle(self) -> None:
        if self._ringing is not None:
            await asyncio.wait({self._ringing})

    async def _try(self, write: Callable[[], Awaitable[_T]]) -> _T | None:
        try:
            return await write()
        except RecordsError as error:
            logger.warning("the ledger was not reached", extra={"error": str(error)})
            return None

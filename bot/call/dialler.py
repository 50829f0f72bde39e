"""Ringing the callee from within the job, and finding out what became of it."""

import asyncio
import logging

from livekit.agents import JobContext

from bot.call.progress import Progress
from bot.records.orders.order import Order
from bot.records.record import EndReason
from bot.settings import Settings
from bot.talk.floor.ending import Ending
from bot.talk.line import Line
from bot.waiting import first_of
from sip.calls.dial import Dialling, dial
from sip.calls.line import hang_up
from sip.calls.outcome import Outcome, explain, outcome_of
from sip.errors import DialFailed, HangUpFailed

logger = logging.getLogger("storyline.outbound")

CALLEE = "callee"

# The callee's final answer takes the participant away a moment before the request returns.
_LAST_WORD_S = 2.0
# A room that is deleted makes LiveKit send CANCEL and give up the request.
_CANCEL_LIMIT_S = 5.0


class Dialler:
    """Dials one order, once. The order's intention to dial must have been written before."""

    def __init__(
        self,
        ctx: JobContext,
        settings: Settings,
        order: Order,
        progress: Progress,
        line: Line,
        ending: Ending,
    ) -> None:
        self._ctx = ctx
        self._access = settings.livekit.access
        self._order = order
        self._progress = progress
        self._line = line
        self._ending = ending

    async def run(self) -> str | None:
        """Ring until somebody answers or nobody does; returns LiveKit's id of an answered call."""
        ringing = asyncio.create_task(self._note_ringing(), name="ringing")
        self._line.begin_dialling()
        try:
            sip_call_id = await self._dial()
        except DialFailed as failure:
            await self._conclude(failure)
            return None
        finally:
            ringing.cancel()
        self._line.picked_up()
        await self._progress.answered()
        return sip_call_id

    async def _dial(self) -> str:
        async with self._access.connect(limit_s=None, repeats=False) as api:
            request = Dialling(
                trunk_id=self._order.trunk_id,
                number=self._order.number,
                from_number=self._order.from_number,
                room_name=self._order.room_name,
                identity=CALLEE,
                ring_timeout_s=self._order.ring_timeout_s,
                max_call_s=self._order.max_call_s,
            )
            dialling = asyncio.create_task(dial(api, request), name="dialling")
            try:
                await first_of(
                    asyncio.wait({dialling}), self._ending.wait(), self._line.left.wait()
                )
                if not dialling.done():
                    await self._stop(dialling)
                if not dialling.done():
                    raise DialFailed("LiveKit did not say what became of it", timed_out=False)
                return dialling.result()
            finally:
                dialling.cancel()
                await asyncio.wait({dialling})

    async def _stop(self, dialling: "asyncio.Task[str]") -> None:
        """They left, or the call ended, before the request did: hear its last word, or stop it.

        Dropping the request alone would leave the telephone ringing.
        """
        await asyncio.wait({dialling}, timeout=_LAST_WORD_S)
        if dialling.done():
            return
        try:
            await hang_up(self._ctx.api, self._order.room_name)
        except HangUpFailed:
            logger.exception("the ringing could not be stopped yet")
        await asyncio.wait({dialling}, timeout=_CANCEL_LIMIT_S)

    async def _conclude(self, failure: DialFailed) -> None:
        outcome, detail = await self._outcome(failure)
        logger.info(
            "nobody answered", extra={"outcome": outcome.value, "sip_status": failure.sip_status}
        )
        self._progress.conclude(outcome, detail, failure.sip_status)
        error = f"{outcome.value}: {failure}"
        self._ending.set(EndReason.NEVER_ANSWERED, error[:300])

    async def _outcome(self, failure: DialFailed) -> tuple[Outcome, str | None]:
        if await self._progress.cancel_asked():
            return Outcome.CANCELLED, None
        if failure.sip_status is not None:
            return outcome_of(failure.sip_status), explain(failure.sip_status, failure.reason)
        if failure.timed_out:
            if self._line.rings.is_set():
                return Outcome.NO_ANSWER, None
            return Outcome.UNREACHABLE, "The telephone never rang: nothing answered the call."
        return Outcome.FAILED, f"The call could not be made: {failure.reason}."

    async def _note_ringing(self) -> None:
        await self._line.rings.wait()
        self._progress.rings()

"""A call on the baresip stack."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress

import baresip

from local.caller.clock import Clock
from local.caller.errors import CallEnded, CallFailed, CallTimeout

READ_BYTES = 65_536
REQUEST_TERMINATED = 487


class BaresipLeg:
    """Follows one baresip call from the INVITE on, and is its Leg once it is answered.

    Made in the same step of the event loop in which `dial` returned, so that no later event is
    lost; `early` are those that came before.
    """

    def __init__(
        self, call: baresip.Call, clock: Clock, early: Iterable[baresip.StackEvent] = ()
    ) -> None:
        self._call = call
        self._clock = clock
        self._rate_hz = 0
        self._ringing = asyncio.Event()
        self._decided = asyncio.Event()
        self._over = asyncio.Event()
        self._close_reason = ""
        self._cancelled = False
        self.answered_s: float | None = None
        call.on(self._on_event)
        for event in early:
            self._on_event(event)

    def _on_event(self, event: baresip.StackEvent) -> None:
        if event.event in (baresip.Event.CALL_RINGING, baresip.Event.CALL_PROGRESS):
            self._ringing.set()
        elif event.event is baresip.Event.CALL_ESTABLISHED:
            self.answered_s = self._clock.now_s()
            info = self._call.audio.info()
            self._rate_hz = info.rx_sample_rate or info.tx_sample_rate
            self._decided.set()
        elif event.event is baresip.Event.CALL_CLOSED:
            self._close_reason = event.text or "no reason given"
            self._over.set()
            self._decided.set()

    # -- before the answer ---------------------------------------------------------------

    async def wait_ringing(self, timeout_s: float) -> None:
        """Raises CallTimeout, or CallFailed when the call is refused before it rings."""
        waits = [asyncio.create_task(self._ringing.wait()), asyncio.create_task(self._over.wait())]
        try:
            await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self._over.is_set() and self.answered_s is None:
            raise self._failure()
        if not self._ringing.is_set():
            raise CallTimeout(timeout_s)

    async def wait_answered(self, timeout_s: float) -> float:
        """The moment of the answer. Raises CallFailed or, having given up the call, CallTimeout."""
        try:
            await asyncio.wait_for(self._decided.wait(), timeout_s)
        except TimeoutError:
            await self.hang_up()
            raise CallTimeout(timeout_s) from None
        except asyncio.CancelledError:
            await self.hang_up()
            raise
        if self.answered_s is None:
            raise self._failure()
        return self.answered_s

    async def cancel(self) -> None:
        """Stop ringing; harmless when the call is over."""
        self._cancelled = True
        await self.hang_up()

    def _failure(self) -> CallFailed:
        if self._cancelled:
            return CallFailed(REQUEST_TERMINATED, "cancelled by the caller")
        return failure_of(self._close_reason)

    # -- the Leg -------------------------------------------------------------------------

    @property
    def rate_hz(self) -> int:
        return self._rate_hz

    @property
    def is_over(self) -> bool:
        return self._over.is_set()

    @property
    def sip_call_id(self) -> str:
        return self._call.call_id or ""

    def read(self) -> bytes:
        # AudioRestarted: the streams were replaced (or are being closed); the next read tells.
        with suppress(baresip.AudioNotActive, baresip.AudioRestarted):
            arrived: bytes = self._call.audio.read(READ_BYTES)
            return arrived
        return b""

    def write(self, pcm: bytes) -> int:
        with suppress(baresip.AudioNotActive, baresip.AudioRestarted):
            taken: int = self._call.audio.write(pcm)
            return taken
        return 0

    def flush(self) -> None:
        with suppress(baresip.AudioNotActive, baresip.AudioRestarted):
            self._call.audio.flush_tx()

    async def press(self, keys: str) -> None:
        try:
            await self._call.send_dtmf(keys)
        except baresip.StaleHandleError as error:
            raise CallEnded("the call ended while keys were pressed") from error

    async def hang_up(self) -> None:
        if self._over.is_set():
            return
        with suppress(baresip.StaleHandleError):
            await self._call.hangup()
        await self._over.wait()

    async def wait_over(self) -> None:
        await self._over.wait()


def failure_of(close_reason: str) -> CallFailed:
    """The stack's closing text, "486 Busy Here" or an error without a code, as an exception."""
    failed = baresip.CallFailed.from_close_reason(close_reason)
    return CallFailed(failed.status, failed.reason or close_reason or "no reason given")

"""A call that somebody makes to the script: let it ring, answer it, or see it given up."""

import asyncio
from collections.abc import Callable

import baresip

from local.caller.baresip_leg import BaresipLeg
from local.caller.clock import CallClock
from local.caller.errors import CallFailed, CallTimeout
from local.caller.phone_call import PhoneCall

ESTABLISH_TIMEOUT_S = 5.0


class IncomingCall:
    """One ringing telephone. Times count from the moment the INVITE arrived."""

    def __init__(
        self,
        call: baresip.Call,
        leg: BaresipLeg,
        clock: CallClock,
        answered: Callable[[float], PhoneCall],
    ) -> None:
        self._call = call
        self._leg = leg
        self._clock = clock
        self._answered = answered

    @property
    def sip_call_id(self) -> str:
        return self._leg.sip_call_id

    @property
    def caller_uri(self) -> str:
        """Who calls, as the INVITE says."""
        return str(self._call.peer)

    @property
    def now_s(self) -> float:
        return self._clock.now_s()

    async def answer(self) -> PhoneCall:
        """Pick up. Raises CallFailed when the caller has given up."""
        try:
            await self._call.answer()
        except baresip.BaresipError as error:
            raise CallFailed(None, str(error)) from error
        return self._answered(await self._leg.wait_answered(ESTABLISH_TIMEOUT_S))

    async def wait_given_up(self, timeout_s: float) -> float:
        """Until the caller stops ringing (CANCEL); returns when. Raises CallTimeout."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._leg.wait_over()
        except TimeoutError:
            raise CallTimeout(timeout_s) from None
        return self._clock.now_s()


class Telephone:
    """A number at which the script can be called."""

    def __init__(self, number: str, address: str) -> None:
        self.number = number
        self.address = address
        self.calls: list[IncomingCall] = []
        """Every call that has come, in order; each INVITE is one."""
        self._new: asyncio.Queue[IncomingCall] = asyncio.Queue()

    def ring(self, call: IncomingCall) -> None:
        self.calls.append(call)
        self._new.put_nowait(call)

    async def wait_call(self, timeout_s: float = 15.0) -> IncomingCall:
        """The next call, while it rings. Raises CallTimeout."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self._new.get()
        except TimeoutError:
            raise CallTimeout(timeout_s) from None

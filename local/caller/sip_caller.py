"""A telephone for scripts: places calls over SIP."""

from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Self

import aiohttp
import baresip

from local.caller.baresip_leg import BaresipLeg
from local.caller.clock import CallClock
from local.caller.errors import CallFailed
from local.caller.incoming import IncomingCall, Telephone
from local.caller.phone_call import PhoneCall
from local.caller.speech import HttpSpeech, Speech
from local.ports import free_port
from local.sound.detectors import SileroDetector, VoiceDetector

# Sound is taken as it arrives. A telephone would add 40 to 100 ms here; measurements must not.
STACK_SETTINGS = "audio_jitter_buffer_type off\n"
FROM_NUMBER = "+12025550123"
RING_TIMEOUT_S = 5.0
ANSWER_TIMEOUT_S = 30.0


class RingingCall:
    """A call that has been placed and not been answered yet."""

    def __init__(self, leg: BaresipLeg, answered: Callable[[float], PhoneCall]) -> None:
        self._leg = leg
        self._answered = answered

    @property
    def sip_call_id(self) -> str:
        return self._leg.sip_call_id

    async def wait_ringing(self, timeout_s: float = RING_TIMEOUT_S) -> None:
        """Until the far end rings. Raises CallFailed, CallTimeout."""
        await self._leg.wait_ringing(timeout_s)

    async def wait_answered(self, timeout_s: float = ANSWER_TIMEOUT_S) -> PhoneCall:
        """The call, once somebody answers. Raises CallFailed; CallTimeout after giving up."""
        return self._answered(await self._leg.wait_answered(timeout_s))

    async def cancel(self) -> None:
        """Hang up while it rings: the far end sees CANCEL."""
        await self._leg.cancel()


class SipCaller:
    """Places calls, several at once. One at a time per process: the SIP stack is global.

    `providers_url` is where the caller's own voice and understanding are served.
    `local_address` pins the network interface; None leaves it to the stack, which never chooses
    loopback.
    """

    def __init__(
        self,
        providers_url: str,
        *,
        new_detector: Callable[[], VoiceDetector] = SileroDetector,
        silence_s: float = 0.6,
        local_address: str | None = "127.0.0.1",
        max_concurrent_calls: int = 8,
    ) -> None:
        self._providers_url = providers_url
        self._new_detector = new_detector
        self._silence_s = silence_s
        # baresip takes the next port, too: for TLS.
        self._address = f"{local_address}:{free_port(in_a_row=2)}" if local_address else ""
        listen = f"sip_listen {self._address}\n" if self._address else ""
        self._config = baresip.Config(
            net_interface=local_address,
            max_concurrent_calls=max_concurrent_calls,
            extra_config_text=STACK_SETTINGS + listen,
        )
        self._runtime: baresip.Runtime | None = None
        self._session: aiohttp.ClientSession | None = None
        self._speech: Speech | None = None
        self._agents: dict[str, baresip.UserAgent] = {}
        self._legs: list[BaresipLeg] = []
        self._calls: list[PhoneCall] = []

    async def __aenter__(self) -> Self:
        runtime = baresip.Runtime()
        await runtime.start(self._config)
        self._runtime = runtime
        self._session = aiohttp.ClientSession()
        self._speech = HttpSpeech(self._session, self._providers_url)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Hang up all calls and give the SIP stack back. May be called twice."""
        for leg in self._legs:
            await leg.hang_up()
        for call in self._calls:
            await call.aclose()
        runtime, self._runtime = self._runtime, None
        if runtime:
            await runtime.close()
        session, self._session = self._session, None
        if session:
            await session.close()

    async def start_dial(
        self,
        sip_address: str,
        number: str,
        *,
        user: str = "",
        password: str = "",
        from_number: str = FROM_NUMBER,
        headers: Mapping[str, str] | None = None,
    ) -> RingingCall:
        """Send the INVITE to `number` at "host:port"; answers a digest challenge by itself.

        Raises CallFailed when it cannot be sent.
        """
        runtime, speech = self._runtime, self._speech
        if runtime is None or speech is None:
            raise RuntimeError("a SipCaller is used as `async with SipCaller(...) as caller:`")
        account = baresip.Account(
            user=from_number,
            domain=sip_address,
            password=password,
            auth_user=user or None,
            reg_interval=0,
        )
        clock = CallClock()
        try:
            agent = await self._agent(runtime, account)
            clock = CallClock()
            call, early = await _dial(
                runtime, agent, f"sip:{number}@{sip_address}", dict(headers or {})
            )
        except baresip.BaresipError as error:
            raise CallFailed(None, str(error)) from error
        leg = BaresipLeg(call, clock, early)
        self._legs.append(leg)
        return RingingCall(leg, partial(self._phone_call, leg, clock, speech))

    async def dial(
        self,
        sip_address: str,
        number: str,
        *,
        user: str = "",
        password: str = "",
        from_number: str = FROM_NUMBER,
        headers: Mapping[str, str] | None = None,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> PhoneCall:
        """Call and wait for the answer. Raises CallFailed, CallTimeout."""
        ringing = await self.start_dial(
            sip_address,
            number,
            user=user,
            password=password,
            from_number=from_number,
            headers=headers,
        )
        return await ringing.wait_answered(answer_timeout_s)

    @property
    def address(self) -> str:
        """HOST:PORT at which the telephones of `telephone` are called."""
        return self._address

    async def telephone(self, number: str) -> Telephone:
        """A telephone with this number, which rings until the script answers it."""
        runtime, speech = self._runtime, self._speech
        if runtime is None or speech is None:
            raise RuntimeError("a SipCaller is used as `async with SipCaller(...) as caller:`")
        telephone = Telephone(number, self._address)
        account = baresip.Account(user=number, domain=self._address, password="", reg_interval=0)
        agent = await self._agent(runtime, account)

        def on_incoming(call: baresip.Call) -> None:
            clock = CallClock()
            leg = BaresipLeg(call, clock)
            self._legs.append(leg)
            answered = partial(self._phone_call, leg, clock, speech)
            telephone.ring(IncomingCall(call, leg, clock, answered))

        agent.on_incoming(on_incoming)
        return telephone

    def _phone_call(
        self, leg: BaresipLeg, clock: CallClock, speech: Speech, at_s: float
    ) -> PhoneCall:
        phone_call = PhoneCall(
            leg,
            clock,
            speech,
            answered_s=at_s,
            new_detector=self._new_detector,
            silence_s=self._silence_s,
        )
        self._calls.append(phone_call)
        return phone_call

    async def _agent(self, runtime: baresip.Runtime, account: baresip.Account) -> baresip.UserAgent:
        """One agent for each account: the stack keeps them until it is closed."""
        key = account.aor()
        if key not in self._agents:
            self._agents[key] = await baresip.UserAgent.create(runtime, account)
        return self._agents[key]


async def _dial(
    runtime: baresip.Runtime, agent: baresip.UserAgent, uri: str, headers: dict[str, str]
) -> tuple[baresip.Call, list[baresip.StackEvent]]:
    """The call, and what happened to it before the event loop came back to `dial`.

    A busy loop finds the end of `dial` and the first ringing in one step, and the call listens
    only from the next step on.
    """
    events: list[baresip.StackEvent] = []
    keep = events.append
    runtime.subscribe(keep)
    try:
        call = await agent.dial(uri, headers)
    finally:
        runtime.unsubscribe(keep)
    return call, [event for event in events if event.call == call.handle]

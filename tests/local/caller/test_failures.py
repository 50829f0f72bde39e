import asyncio
from typing import cast

import baresip
import pytest

from local.caller.baresip_leg import BaresipLeg, failure_of
from local.caller.errors import CallEnded, CallFailed, CallTimeout
from tests.local.caller.fakes import VirtualClock

pytestmark = pytest.mark.unit


class StackCall:
    """What BaresipLeg uses of a baresip call, with events by hand."""

    call_id = "some-id"

    def __init__(self) -> None:
        self.hangups = 0
        self.gone = False
        self._listener: object = None

    def on(self, listener: object) -> None:
        self._listener = listener

    def happens(self, event: baresip.Event, text: str | None = None) -> None:
        assert callable(self._listener)
        self._listener(baresip.StackEvent(event=event, text=text))

    async def hangup(self) -> None:
        if self.gone:
            raise baresip.StaleHandleError("gone")
        self.hangups += 1
        self.happens(baresip.Event.CALL_CLOSED, "Rejected by user")

    async def send_dtmf(self, keys: str) -> None:
        raise baresip.StaleHandleError("gone")


def ready() -> tuple[StackCall, BaresipLeg]:
    call = StackCall()
    return call, BaresipLeg(cast(baresip.Call, call), VirtualClock())


@pytest.mark.parametrize(
    ("text", "status_code", "reason"),
    [
        ("401 Unauthorized", 401, "Unauthorized"),
        ("403 Forbidden", 403, "Forbidden"),
        ("404 Not Found", 404, "Not Found"),
        ("486 Busy Here", 486, "Busy Here"),
        ("487 Request Terminated", 487, "Request Terminated"),
        ("503 Try again later", 503, "Try again later"),
        ("603 Decline", 603, "Decline"),
        ("Destination address required [89]", None, "Destination address required [89]"),
        ("", None, "no reason given"),
    ],
)
def test_each_refusal_keeps_its_code_and_reason(
    text: str, status_code: int | None, reason: str
) -> None:
    failed = failure_of(text)
    assert (failed.status_code, failed.reason) == (status_code, reason)


async def test_a_refused_call_fails_with_the_code() -> None:
    call, leg = ready()
    call.happens(baresip.Event.CALL_CLOSED, "401 Unauthorized")
    with pytest.raises(CallFailed) as caught:
        await leg.wait_answered(1.0)
    assert caught.value.status_code == 401


async def test_a_call_refused_before_it_rings_does_not_ring() -> None:
    call, leg = ready()
    call.happens(baresip.Event.CALL_CLOSED, "404 Not Found")
    with pytest.raises(CallFailed):
        await leg.wait_ringing(1.0)


async def test_a_call_that_rings_for_ever_is_given_up() -> None:
    call, leg = ready()
    call.happens(baresip.Event.CALL_RINGING)
    await leg.wait_ringing(1.0)
    with pytest.raises(CallTimeout):
        await leg.wait_answered(0.01)
    assert call.hangups == 1
    assert leg.is_over


async def test_a_far_end_that_says_nothing_at_all_times_out() -> None:
    _, leg = ready()
    with pytest.raises(CallTimeout):
        await leg.wait_ringing(0.01)


async def test_a_cancelled_call_is_487_for_who_waits_for_the_answer() -> None:
    call, leg = ready()
    waiting = asyncio.create_task(leg.wait_answered(5.0))
    await asyncio.sleep(0)
    await leg.cancel()
    with pytest.raises(CallFailed) as caught:
        await waiting
    assert caught.value.status_code == 487
    assert call.hangups == 1


async def test_giving_up_waiting_stops_the_ringing() -> None:
    call, leg = ready()
    waiting = asyncio.create_task(leg.wait_answered(5.0))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert call.hangups == 1


async def test_hanging_up_twice_sends_one_bye() -> None:
    call, leg = ready()
    await leg.hang_up()
    await leg.hang_up()
    assert call.hangups == 1


async def test_keys_into_a_call_that_is_gone_are_an_error() -> None:
    _, leg = ready()
    with pytest.raises(CallEnded):
        await leg.press("1")

"""When a call is no longer waited for because LiveKit is away."""

import aiohttp
import pytest
from livekit import api

from bot.worker.reach import GONE_FOR_GOOD_S, Reach
from sip.errors import HangUpFailed

pytestmark = pytest.mark.unit

AWAY = ConnectionRefusedError("nobody listens")
REFUSED = api.ServerError("internal", "no store", status=500)


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.parametrize(
    ("error", "is_away"),
    [
        (AWAY, True),
        (TimeoutError(), True),
        (aiohttp.ServerDisconnectedError(), True),
        (HangUpFailed("room", 3, "no answer", is_unreachable=True), True),
        (HangUpFailed("room", 1, "unauthenticated"), False),
        (REFUSED, False),
        (RuntimeError("a fault of our own"), False),
    ],
)
def test_only_a_livekit_that_does_not_answer_is_away(error: Exception, is_away: bool) -> None:
    clock = Clock()
    reach = Reach(clock)
    assert not reach.failed("call", error)
    clock.now_s += GONE_FOR_GOOD_S
    assert reach.failed("call", error) is is_away


@pytest.mark.parametrize("answer", ["an error", "a success"])
def test_any_answer_begins_the_waiting_anew(answer: str) -> None:
    clock = Clock()
    reach = Reach(clock)
    reach.failed("call", AWAY)
    clock.now_s += GONE_FOR_GOOD_S
    if answer == "an error":
        assert not reach.failed("call", REFUSED)
    else:
        reach.reached("call")
    assert not reach.failed("call", AWAY)


def test_a_call_that_has_ended_is_forgotten() -> None:
    clock = Clock()
    reach = Reach(clock)
    reach.failed("call", AWAY)
    reach.forget_all_but({"other"})
    clock.now_s += GONE_FOR_GOOD_S
    assert not reach.failed("call", AWAY)

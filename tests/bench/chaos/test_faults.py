"""The quick half of `make chaos`: what a caller may count on when a part of the line fails."""

from dataclasses import replace

import pytest

from bench.chaos.__main__ import provoke
from bench.chaos.fault import Fault
from bench.chaos.faults import FAULTS
from bench.chaos.scene import Scene
from bench.chaos.seen import broken

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


# How late a test may find things on a machine that does something else as well; `make chaos` holds
# the promise itself.
_BUSY = 1.5


@pytest.mark.parametrize("fault", [each for each in FAULTS if each.is_quick], ids=lambda f: f.name)
async def test_the_promise_is_kept(fault: Fault[Scene]) -> None:
    seen = await provoke(fault)
    promise = fault.promise
    within_s, silence_s = promise.bye_within_s, promise.silence_s
    assert within_s is not None and silence_s is not None, "a quick fault has limits"
    busy = replace(promise, bye_within_s=_BUSY * within_s, silence_s=_BUSY * silence_s)
    if promise.goes_on_s is not None:
        busy = replace(busy, goes_on_s=_BUSY * promise.goes_on_s)
    assert broken(seen, busy) == [], seen

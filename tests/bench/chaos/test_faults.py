"""The quick half of `make chaos`: what a caller may count on when a part of the line fails."""

import pytest

from bench.chaos.__main__ import provoke
from bench.chaos.faults import FAULTS, Fault
from bench.chaos.seen import broken

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]


@pytest.mark.parametrize("fault", [each for each in FAULTS if each.is_quick], ids=lambda f: f.name)
async def test_the_promise_is_kept(fault: Fault) -> None:
    seen = await provoke(fault)
    assert broken(seen, fault.promise) == [], seen

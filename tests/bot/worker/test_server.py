"""How full a worker says it is, and what LiveKit makes of it."""

import pytest

from bot.worker.server import reported_load

pytestmark = pytest.mark.unit

# LiveKit's server: no offers at or beyond it (`agents.target_load`).
TARGET_LOAD = 0.7


@pytest.mark.parametrize("max_calls", [1, 2, 4, 8, 1000])
def test_a_worker_is_offered_calls_until_it_is_full(max_calls: int) -> None:
    loads = [reported_load(calls, max_calls) for calls in range(max_calls)]
    assert max(loads) < TARGET_LOAD
    assert loads == sorted(loads), "the emptiest worker is asked first"
    assert reported_load(max_calls, max_calls) == 1.0

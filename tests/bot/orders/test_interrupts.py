"""Ctrl-C while a command works is ours, and afterwards it is not."""

import asyncio
import os
import signal

import pytest

from bot.orders.interrupts import interrupts
from bot.waiting import first_of

pytestmark = pytest.mark.unit


async def told(number: signal.Signals) -> list[str]:
    """What a signal called, while the command works."""
    interrupted, terminated = asyncio.Event(), asyncio.Event()
    events = {"interrupt": interrupted, "terminate": terminated}
    with interrupts(on_interrupt=interrupted.set, on_terminate=terminated.set):
        os.kill(os.getpid(), number)
        await first_of(interrupted.wait(), terminated.wait(), timeout_s=5)
    return [name for name, event in events.items() if event.is_set()]


async def test_ctrl_c_interrupts_and_does_not_end_the_command() -> None:
    assert await told(signal.SIGINT) == ["interrupt"]


async def test_sigterm_asks_to_end() -> None:
    assert await told(signal.SIGTERM) == ["terminate"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_afterwards_the_signals_mean_what_they_did(number: signal.Signals) -> None:
    with interrupts(on_interrupt=lambda: None, on_terminate=lambda: None):
        pass
    assert not asyncio.get_running_loop().remove_signal_handler(number)


async def test_a_command_that_fails_gives_the_signals_back() -> None:
    with (
        pytest.raises(ValueError),
        interrupts(on_interrupt=lambda: None, on_terminate=lambda: None),
    ):
        raise ValueError
    assert not asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)

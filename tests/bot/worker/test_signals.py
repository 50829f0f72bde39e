"""Told once a worker drains, told twice it ends."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from bot.worker.signals import stop_on_signals

pytestmark = pytest.mark.unit

TWICE = """
import asyncio, os, signal
from bot.worker.signals import stop_on_signals

async def main():
    stop = stop_on_signals()
    os.kill(os.getpid(), signal.SIGTERM)
    await stop.wait()
    print("drains", flush=True)
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_asks_to_stop(number: signal.Signals) -> None:
    loop = asyncio.get_running_loop()
    stop = stop_on_signals()
    try:
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        async with asyncio.timeout(5):
            await stop.wait()
    finally:
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(each)


@pytest.mark.process
def test_a_second_signal_ends_the_process_at_once() -> None:
    done = subprocess.run([sys.executable, "-c", TWICE], capture_output=True, timeout=30)
    assert (done.returncode, done.stdout) == (1, b"drains\n")

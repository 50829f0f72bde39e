"""What the watch has to read before it is there."""

import subprocess
import sys

import pytest

pytestmark = [pytest.mark.unit, pytest.mark.process]


def test_the_watch_is_there_without_all_that_a_call_needs() -> None:
    ask = "import sys, bot.watch; print([n for n in sys.modules if n.startswith('livekit.agents')])"
    found = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"

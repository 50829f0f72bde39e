"""Commands are started often, by people and by other programs: they load nothing for calls."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit


HEAVY = ("livekit.rtc", "livekit.agents", "numpy")


@pytest.mark.parametrize("command", ["provision_trunk", "make_call"])
def test_a_command_does_not_load_what_only_a_worker_needs(command: str) -> None:
    program = f"import sys, scripts.{command}; print(*set({HEAVY!r}) & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []

"""Commands are started often, by people and by other programs: they load nothing for calls."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit


HEAVY = ("livekit.rtc", "livekit.agents", "numpy")
DATABASE = ("sqlalchemy", "alembic")


@pytest.mark.parametrize(
    ("command", "unneeded"), [("provision_trunk", (*HEAVY, *DATABASE)), ("make_call", HEAVY)]
)
def test_a_command_does_not_load_what_only_a_worker_needs(
    command: str, unneeded: tuple[str, ...]
) -> None:
    program = f"import sys, scripts.{command}; print(*set({unneeded!r}) & sys.modules.keys())"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []

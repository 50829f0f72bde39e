"""Commands are started often, by people and by other programs: they load nothing for calls."""

import subprocess
import sys
import tomllib

import pytest

from tests.house import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.process]


HEAVY = ("livekit.rtc", "livekit.agents", "numpy")
DATABASE = ("sqlalchemy", "alembic")


@pytest.mark.parametrize("module", ["scripts.provision_trunk", "scripts.make_call", "bot"])
def test_a_command_tells_the_version_of_the_project(module: str) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    command = [sys.executable, "-m", module, "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{version}\n"


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

from pathlib import Path

import pytest

from local.stack import ProgramMissing
from local.stack.parts.programs import built_program, find_program

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing on PATH and an empty cache; returns the folder on PATH."""
    on_path = tmp_path / "bin"
    on_path.mkdir()
    monkeypatch.setenv("PATH", str(on_path))
    monkeypatch.setenv("STORYLINE_CACHE", str(tmp_path / "cache"))
    return on_path


def install(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_a_program_on_path_comes_before_the_one_that_set_up_built(empty_machine: Path) -> None:
    install(built_program("livekit-sip"))
    on_path = install(empty_machine / "livekit-sip")

    assert find_program("livekit-sip") == on_path


def test_the_program_that_set_up_built_is_found(tmp_path: Path) -> None:
    built = install(built_program("livekit-server"))

    assert built.is_relative_to(tmp_path / "cache")
    assert find_program("livekit-server") == built


@pytest.mark.parametrize("name", ["redis-server", "livekit-server", "livekit-sip"])
def test_a_missing_program_says_what_to_do(name: str) -> None:
    with pytest.raises(ProgramMissing, match=f"{name} was not found. Run `make setup`"):
        find_program(name)

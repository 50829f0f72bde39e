"""Who is called a second time, and how often that may happen in one run."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.process]

CONFTEST = """
from tests.second_tries import allow_one, pytest_sessionfinish, pytest_terminal_summary

def pytest_collection_modifyitems(items):
    for item in items:
        allow_one(item)
"""
CALLS = """
import pytest
from tests.second_tries import Misheard

tries = []

@pytest.mark.parametrize("call", range({misheard}))
def test_misheard_once(call):
    tries.append(call)
    if tries.count(call) == 1:
        raise Misheard("heard only: nothing of the kind")

def test_wrong():
    tries.append("wrong")
    assert tries.count("wrong") == {passes_at}
"""


def run(folder: Path, *, misheard: int, passes_at: int = 1) -> tuple[int, str]:
    """Exit code and output of a run in which so many calls are misheard at the first try."""
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_calls.py").write_text(CALLS.format(misheard=misheard, passes_at=passes_at))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "pytest_rerunfailures",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            ".",
        ],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout


def test_what_was_misheard_is_called_again_and_told(tmp_path: Path) -> None:
    exit_code, said = run(tmp_path, misheard=2)
    assert exit_code == 0, said
    assert "second tries: 2 (allowed: 2)" in said
    assert "Misheard: heard only: nothing of the kind" in said


def test_too_many_second_tries_fail_the_run(tmp_path: Path) -> None:
    exit_code, said = run(tmp_path, misheard=3)
    assert exit_code == 1, said
    assert "second tries: 3 (allowed: 2)" in said


def test_whatever_else_fails_is_not_tried_again(tmp_path: Path) -> None:
    exit_code, said = run(tmp_path, misheard=0, passes_at=2)
    assert exit_code == 1, said
    assert "second tries" not in said

"""Tests that are begun together, and what each of them comes to."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT

pytestmark = [pytest.mark.unit, pytest.mark.process]

CONFTEST = """
import pytest
from tests import side_by_side

@pytest.fixture
def house(request):
    yield []
    print("under way" if side_by_side.is_under_way(request.node) else "tidied up")

def pytest_collection_modifyitems(items):
    side_by_side.gather(items)
"""
# Each of the two waits for the other one: only side by side do they come to an end.
CALLS = """
import asyncio
import pytest

met = asyncio.Barrier(2)

@pytest.mark.side_by_side
@pytest.mark.parametrize("caller", ["Maria", "Peter"])
async def test_talks(house, caller):
    async with asyncio.timeout(5.0):
        await met.wait()
    assert caller != {wrong!r}

def test_between(): ...

@pytest.mark.side_by_side
async def test_last(house): ...
"""
INI = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = session
asyncio_default_test_loop_scope = session
markers = side_by_side: together
"""


def run(folder: Path, wrong: str = "") -> str:
    """What a run says in which the test of the caller `wrong` fails."""
    (folder / "pytest.ini").write_text(INI)
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_calls.py").write_text(CALLS.format(wrong=wrong))
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "pytest_asyncio.plugin",
            "-p",
            "no:cacheprovider",
            "-vs",
            "--rootdir",
            ".",
        ],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout


def test_they_run_at_the_same_time_and_the_last_one_tidies_up(tmp_path: Path) -> None:
    said = run(tmp_path)
    assert "4 passed" in said, said
    assert re.findall("under way|tidied up", said) == ["under way", "under way", "tidied up"], said
    assert said.index("test_last") < said.index("test_between"), "one behind the other"


def test_the_one_that_fails_is_named_and_no_other(tmp_path: Path) -> None:
    said = run(tmp_path, wrong="Peter")
    assert "1 failed, 3 passed" in said, said
    assert "FAILED test_calls.py::test_talks[Peter]" in said

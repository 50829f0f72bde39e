"""What every test shares: a missing server skips on a laptop and fails in CI."""

from __future__ import annotations

import os

import pytest

from local.stack import ProgramMissing
from local.stack.programs import find_program

SERVERS = ("redis-server", "livekit-server", "livekit-sip")


def _missing_servers() -> str:
    try:
        for name in SERVERS:
            find_program(name)
    except ProgramMissing as error:
        return str(error)
    return ""


def pytest_runtest_setup(item: pytest.Item) -> None:
    if not any(item.get_closest_marker(mark) for mark in ("stack", "e2e")):
        return
    missing = _missing_servers()
    if missing and os.environ.get("CI"):
        pytest.fail(missing, pytrace=False)
    if missing:
        pytest.skip(missing)

"""What the fork server does once for all: it reaches nobody, and no fault of it is fatal."""

import importlib
import socket
import subprocess
import sys

import pytest

from bot.records import DatabaseUnavailable
from bot.worker.processes import preload

pytestmark = pytest.mark.unit


def test_the_rehearsal_reaches_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    reached: list[object] = []
    monkeypatch.setattr(socket, "create_connection", lambda *where, **_: reached.append(where))
    monkeypatch.setattr(socket.socket, "connect", lambda _, where: reached.append(where))
    preload.rehearse()
    assert not reached


def test_certificates_that_cannot_be_read_do_not_end_the_fork_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreadable() -> None:
        raise OSError("no such file")

    monkeypatch.setattr("bot.livekit_gaps.certificates", unreadable)
    with pytest.raises(OSError, match="no such file"):
        importlib.reload(preload).rehearse()


@pytest.mark.process
def test_a_fork_inherits_no_thread_and_no_native_library() -> None:
    """Both would be there in name only: a process that is forked has one thread."""
    script = (
        "import threading, bot.worker.processes.preload\n"
        "from livekit.rtc._ffi_client import FfiClient\n"
        "print(threading.active_count(), FfiClient._instance)\n"
        "from bot.livekit_gaps import load_native_library\n"
        "load_native_library()\n"
        "print(FfiClient._instance is not None, flush=True)\n"
        # The library still reports that it has begun, and aborts when Python ends meanwhile: 5 of
        # 75 did; none of 75 that lived for half a second, as every process of ours does.
        "import os; os._exit(0)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True
    )
    assert found.stdout.splitlines() == ["1 None", "True"]


def test_records_that_cannot_be_rehearsed_do_not_end_the_fork_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail() -> None:
        raise DatabaseUnavailable("no SQLite")

    monkeypatch.setattr("bot.records.rehearsal.rehearse_records", fail)
    with pytest.raises(DatabaseUnavailable, match="no SQLite"):
        importlib.reload(preload).rehearse()

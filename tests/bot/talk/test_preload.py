"""What the fork server does once for all: it reaches nobody, and no fault of it is fatal."""

import importlib
import socket

import pytest

from bot.talk import preload

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

"""A process that is made deaf to some senders hears the others."""

import os
import socket
import sys

import pytest

from bench.chaos.cuts.deafness import hear_only, udp_ports

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(sys.platform != "linux", reason="socket filters are Linux's"),
]


@pytest.fixture(autouse=True)
def _is_allowed() -> None:
    try:
        hear_only(os.getpid(), ())
    except PermissionError:
        pytest.skip("no socket of a process may be filtered here")


def _open() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", 0))
    opened.settimeout(1.0)
    return opened


def test_of_two_senders_one_is_heard() -> None:
    with _open() as ear, _open() as friend, _open() as stranger:
        hear_only(os.getpid(), {friend.getsockname()[1]})
        stranger.sendto(b"stranger", ear.getsockname())
        friend.sendto(b"friend", ear.getsockname())
        assert ear.recv(100) == b"friend"


def test_whoever_is_to_hear_nobody_hears_nothing() -> None:
    with _open() as ear, _open() as stranger:
        hear_only(os.getpid(), ())
        stranger.sendto(b"stranger", ear.getsockname())
        ear.settimeout(0.05)
        with pytest.raises(TimeoutError):
            ear.recv(100)


def test_a_process_hears_on_its_ports() -> None:
    with _open() as ear:
        assert ear.getsockname()[1] in udp_ports(os.getpid())

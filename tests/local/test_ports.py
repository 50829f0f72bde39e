"""A program that takes two ports in a row gets two that are free."""

import socket
from contextlib import closing

import pytest

from local import ports

pytestmark = pytest.mark.unit


def test_a_port_whose_next_one_is_taken_is_not_the_first_of_two(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pairs = [ports.free_port(in_a_row=2) for _ in range(10)]
    first, other = min(pairs), max(pairs)
    monkeypatch.setattr(ports, "free_ports", lambda: iter([first, other]))
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as somebody:
        somebody.bind(("127.0.0.1", first + 1))
        assert ports.free_port() == first
        monkeypatch.setattr(ports, "free_ports", lambda: iter([first, other]))
        assert ports.free_port(in_a_row=2) == other

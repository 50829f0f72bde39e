"""Rules for every test: it says what it needs, and it stays on this machine."""

import asyncio
import ipaddress
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from tests import second_tries
from tests.house import proof
from tests.second_tries import pytest_sessionfinish, pytest_terminal_summary

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary"]

CATEGORIES = ("unit", "stack", "e2e")


@pytest.fixture(autouse=True, scope="session")
def _no_loop_is_left_open() -> Iterator[None]:
    """pytest-asyncio asks for the loop of the thread before it sets its own; asyncio would make one
    that nobody closes, and some later test would be blamed for it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()


def pytest_report_header() -> str:
    bot, product = proof("bot"), proof("agents", "bot", "scripts", "sip", calls=True)
    goals = f"bot {bot:.2f} (goal 1.2), product {product:.2f} (goal 1.3)"
    return f"lines of tests for each line: {goals}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    silent = [
        item.nodeid for item in items if not any(item.get_closest_marker(c) for c in CATEGORIES)
    ]
    if silent:
        raise pytest.UsageError(f"mark as {' or '.join(CATEGORIES)}: {', '.join(silent)}")
    for item in items:
        if item.get_closest_marker("e2e"):
            second_tries.allow_one(item)


@pytest.fixture(autouse=True)
def _stays_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test reaches the outside; one that tries fails, even where the code swallows the error."""
    attempts: list[str] = []
    connect, find = socket.socket.connect, socket.getaddrinfo

    def local_connect(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not _is_local(address[0]):
            attempts.append(str(address))
            raise OSError(f"a test must not connect to {address}")
        connect(self, address)

    def local_find(host: Any, *arguments: Any, **options: Any) -> Any:
        if not _is_local(host):
            attempts.append(str(host))
            raise socket.gaierror(f"a test must not look up {host}")
        return find(host, *arguments, **options)

    monkeypatch.setattr(socket.socket, "connect", local_connect)
    monkeypatch.setattr(socket, "getaddrinfo", local_find)
    yield
    assert attempts == [], "the test tried to reach the network"


def _is_local(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(name))
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified

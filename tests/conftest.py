"""Rules for every test: it says what it needs, and it stays on this machine."""

import asyncio
import gc
import ipaddress
import socket
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests import second_tries, side_by_side
from tests.dealing import ByFileOrFolder
from tests.house import PRODUCT, proof
from tests.run_report import pytest_configure
from tests.second_tries import pytest_sessionfinish, pytest_terminal_summary

__all__ = ["pytest_configure", "pytest_sessionfinish", "pytest_terminal_summary"]

CATEGORIES = ("unit", "stack", "e2e", "alone")


@pytest.fixture(autouse=True, scope="session")
def _no_loop_is_left_open() -> Iterator[None]:
    """pytest-asyncio asks for the loop of the thread before it sets its own; asyncio would make one
    that nobody closes, and some later test would be blamed for it."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()


def pytest_report_header() -> str:
    bot, product = proof("bot"), proof(*PRODUCT, calls=True)
    goals = f"bot {bot:.2f} (goal 1.2), product {product:.2f} (goal 1.3)"
    return f"lines of tests for each line: {goals}"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFileOrFolder:
    return ByFileOrFolder(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """What is imported stays: the garbage collector need not look through it again and again."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    silent = [
        item.nodeid for item in items if not any(item.get_closest_marker(c) for c in CATEGORIES)
    ]
    if silent:
        raise pytest.UsageError(f"mark as {' or '.join(CATEGORIES)}: {', '.join(silent)}")
    slow = {item.nodeid.split("::")[0] for item in items if _takes_real_time(item)}
    if slow:
        raise pytest.UsageError(f"asyncio(loop_scope='function') is missing: {', '.join(slow)}")
    for item in items:
        if not item.get_closest_marker("unit"):
            second_tries.allow_one(item)
    # What needs servers takes longest, so it must not be begun last.
    items.sort(key=lambda item: item.get_closest_marker("unit") is not None)
    side_by_side.gather(items)


def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    group = side_by_side.group_of(item)
    if group and (nextitem is None or side_by_side.group_of(nextitem) is not group):
        group.give_up()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell how long a call took that was made beside others, not how long it was waited for."""
    report = yield
    group = side_by_side.group_of(item)
    if group and call.when == "call":
        report.duration = group.took_s.get(item.nodeid, report.duration)
    return report


def _takes_real_time(item: pytest.Item) -> bool:
    """Whether looptime has no say: it knows only a loop that was made for the test."""
    if item.get_closest_marker("looptime") is None:
        return False
    own = item.get_closest_marker("asyncio")
    return own is None or own.kwargs.get("loop_scope") != "function"


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

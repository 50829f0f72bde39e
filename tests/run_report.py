"""What a run says of itself at its end: what the machine did meanwhile, and why a test failed.

Real calls are made in real time. A machine that stands still, because another one on the same
hardware has its turn or its disk is busy, breaks them in a way that no log of ours explains.
"""

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

_LOOK_S = 0.1
# Beside ten spinning programs on two cores this thread was woken 5 ms late at most. With both
# processors taken away for a quarter of each second it was 0.2 s late, and calls were misheard.
LATE_S = 0.15
_LISTED = 3
_LINES = 12


@dataclass(frozen=True)
class Standstill:
    """A time in which a thread that wanted to run did not. `ended_at`: seconds since 1970."""

    ended_at: float
    lasted_s: float

    def __str__(self) -> str:
        return (
            f"{self.lasted_s:.1f} s until {time.strftime('%H:%M:%S', time.gmtime(self.ended_at))}"
        )


class StandstillWatch:
    """Notes when a process that has next to nothing to do was not woken in time.

    A plugin for a process that reports what others test: a test of its own would keep it busy.
    """

    def __init__(self) -> None:
        self.seen: list[Standstill] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="standstills", daemon=True)

    def pytest_sessionstart(self) -> None:
        self._thread.start()

    def pytest_unconfigure(self) -> None:
        self._over.set()
        self._thread.join()

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("the machine meanwhile")
        terminalreporter.write_line(in_words(self.seen))

    def note(self, late_s: float) -> None:
        if late_s >= LATE_S:
            self.seen.append(Standstill(time.time(), late_s))

    def _watch(self) -> None:
        last_s = time.monotonic()
        while not self._over.wait(_LOOK_S):
            now_s = time.monotonic()
            self.note(now_s - last_s - _LOOK_S)
            last_s = now_s


class LastWords:
    """Repeats at the very end what failed tests said, which else stands far above."""

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        broken = [
            report
            for kind in ("failed", "error")
            for report in terminalreporter.stats.get(kind, [])
            if isinstance(report, pytest.TestReport)
        ]
        for report in broken[:_LISTED]:
            terminalreporter.section(f"why: {report.nodeid}")
            for line in explained(report.longreprtext):
                terminalreporter.write_line(line)


def explained(failure: str) -> list[str]:
    """The last lines of what an exception says of itself, as pytest prints it."""
    said = [line[1:].strip() for line in failure.splitlines() if line.startswith("E ")]
    return said[-_LINES:]


def in_words(standstills: Sequence[Standstill]) -> str:
    """One line: how busy the machine is, and the longest of its standstills."""
    busy = f"load {os.getloadavg()[1]:.1f} on {os.cpu_count()} processors"
    if not standstills:
        return f"{busy}; it never stood still for {LATE_S:g} s"
    longest = sorted(standstills, key=lambda each: each.lasted_s, reverse=True)[:_LISTED]
    listed = ", ".join(str(each) for each in longest)
    all_s = sum(each.lasted_s for each in standstills)
    return f"{busy}; it stood still {len(standstills)} times, {all_s:.1f} s, longest {listed} (UTC)"


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):  # set by xdist in a process that only tests
        return
    config.pluginmanager.register(LastWords(), "last words")
    if config.getoption("dist", "no") != "no":
        config.pluginmanager.register(StandstillWatch(), "standstills")

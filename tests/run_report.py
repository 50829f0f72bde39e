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
# Beside ten spinning programs on two cores this thread was woken 5 ms late at most. A machine whose
# processors were taken from it for a fifth of each second was 0.2 s late, and calls were misheard.
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
    """Notes when a process that has next to nothing to do was not woken in time."""

    def __init__(self) -> None:
        self.seen: list[Standstill] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="standstills", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def note(self, late_s: float) -> None:
        if late_s >= LATE_S:
            self.seen.append(Standstill(time.time(), late_s))

    def _watch(self) -> None:
        last_s = time.monotonic()
        while not self._over.wait(_LOOK_S):
            now_s = time.monotonic()
            self.note(now_s - last_s - _LOOK_S)
            last_s = now_s


class RunReport:
    """A plugin for the process that reports; with a `watch` where others test for it, for a test in
    the same process would keep it from being woken.
    """

    def __init__(self, watch: StandstillWatch | None) -> None:
        self._watch = watch

    def pytest_sessionstart(self) -> None:
        if self._watch is not None:
            self._watch.start()

    def pytest_unconfigure(self) -> None:
        if self._watch is not None:
            self._watch.stop()

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
        if self._watch is not None:
            terminalreporter.section("the machine meanwhile")
            terminalreporter.write_line(in_words(self._watch.seen))


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
    has_testers = config.getoption("dist", "no") != "no"
    config.pluginmanager.register(RunReport(StandstillWatch() if has_testers else None), "report")

"""Which jobs run, and from when on a process that stands still counts as gone."""

import os
import signal
import subprocess
import sys

import pytest

from bot.worker.processes.running import STOPPED_S, Running, is_stopped

pytestmark = pytest.mark.unit


class World:
    """Jobs with the process of their own number; those of `stopped` stand still."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.pids = {"one": 1, "two": 2}
        self.stopped: set[int] = set()
        self.running = Running(
            lambda: self.pids,
            monotonic=lambda: self.now_s,
            is_stopped=lambda pid: pid in self.stopped,
        )

    def look(self, *, after_s: float) -> set[str]:
        self.now_s += after_s
        return self.running.jobs()


def test_who_runs_is_there_and_who_has_ended_is_not() -> None:
    world = World()
    assert world.look(after_s=0) == {"one", "two"}
    del world.pids["one"]
    assert world.look(after_s=0.5) == {"two"}


def test_whoever_stands_still_for_too_long_counts_as_gone() -> None:
    world = World()
    world.stopped = {1}
    assert world.look(after_s=0) == {"one", "two"}
    assert world.look(after_s=STOPPED_S - 0.01) == {"one", "two"}
    assert world.look(after_s=0.01) == {"two"}


def test_whoever_goes_on_meanwhile_begins_anew() -> None:
    world = World()
    world.stopped = {1}
    world.look(after_s=0)
    world.stopped = set()
    world.look(after_s=1.0)
    world.stopped = {1}
    assert world.look(after_s=1.0) == {"one", "two"}
    assert world.look(after_s=1.0) == {"one", "two"}
    assert world.look(after_s=1.0) == {"two"}


def test_who_went_on_is_there_again() -> None:
    world = World()
    world.stopped = {1}
    world.look(after_s=0)
    assert world.look(after_s=2.0) == {"two"}
    world.stopped = set()
    assert world.look(after_s=0.5) == {"one", "two"}


def test_a_stop_that_we_slept_through_is_not_counted() -> None:
    world = World()
    world.stopped = {1}
    world.look(after_s=0)
    assert world.look(after_s=30.0) == {"one", "two"}


@pytest.mark.process
def test_a_real_process_is_stopped_by_a_signal_and_goes_on_by_another() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        assert not is_stopped(process.pid)
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)  # until it has stopped
        assert is_stopped(process.pid)
        process.send_signal(signal.SIGCONT)
        assert not is_stopped(process.pid)
    finally:
        process.kill()
        process.wait()
    assert not is_stopped(process.pid), "nor is one that has ended"

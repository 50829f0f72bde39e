"""Kills what a stack started when the stack itself is gone, however it went.

Run as a program of its own, by path: `python -I -S guard.py MARK`. It imports nothing of ours, so
it is small and starts at once. Standard input is a pipe whose other end only the stack holds:

    +123    process group 123 belongs to the stack
    -123    it does no longer

End of input means the stack has ended, by SIGKILL too. Then every group still named is killed,
and every process whose environment says STORYLINE_LOCAL_STACK=MARK: those that left their group,
and those that were started in the instant before the stack could name them.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

MARK_VARIABLE = "STORYLINE_LOCAL_STACK"
SWEEP_LIMIT_S = 5.0
SWEEP_PAUSE_S = 0.05


def watch() -> set[int]:
    """Read the pipe to its end; returns the groups that are still the stack's."""
    groups: set[int] = set()
    for line in sys.stdin:
        action, group = line[0], int(line[1:])
        if action == "+":
            groups.add(group)
        else:
            groups.discard(group)
    return groups


def marked_processes(mark: str) -> list[int]:
    """Living processes that were started with this mark in their environment."""
    entry = f"{MARK_VARIABLE}={mark}".encode()
    found = []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:
            if entry in file.read().split(b"\0"):
                found.append(int(name))
    return found


def sweep(groups: set[int], mark: str) -> None:
    """Kill the groups, then marked processes until none is left."""
    for group in groups:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    end = time.monotonic() + SWEEP_LIMIT_S
    while (found := marked_processes(mark)) and time.monotonic() < end:
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(SWEEP_PAUSE_S)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups = watch()
    sweep(groups, sys.argv[1])


if __name__ == "__main__":
    main()

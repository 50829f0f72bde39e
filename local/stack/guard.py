"""Kills what a stack started when the stack itself is gone, however it went.

Run as a program of its own, by path: `python -I -S guard.py MARK`. It imports nothing of ours, so
it is small and starts at once. Standard input is a pipe whose other end only the stack holds; its
end means that the stack has ended, by SIGKILL too. Then every process is killed whose environment
says STORYLINE_LOCAL_STACK=MARK: the parts, and whatever they or a test started in their turn.
(`setpriv --pdeathsig` would reach the parts alone, not the processes of calls.)
"""

import contextlib
import os
import signal
import sys
import time

MARK_VARIABLE = "STORYLINE_LOCAL_STACK"
SWEEP_LIMIT_S = 5.0
SWEEP_PAUSE_S = 0.05


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


def sweep(mark: str) -> None:
    """Kill marked processes until none is left."""
    end = time.monotonic() + SWEEP_LIMIT_S
    while (found := marked_processes(mark)) and time.monotonic() < end:
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(SWEEP_PAUSE_S)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.read()
    sweep(sys.argv[1])


if __name__ == "__main__":
    main()

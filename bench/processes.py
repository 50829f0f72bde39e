"""What the processes of a run cost: CPU and memory, by part."""

import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass

import psutil

MEGABYTE = 1_000_000
PARTS = ("livekit-server", "livekit-sip", "redis-server", "sipp")


@dataclass(frozen=True)
class Usage:
    """At one moment: seconds of CPU used so far by each part, and the PSS of each process of the
    worker that is in a call."""

    at_s: float
    cpu_s: dict[str, float]
    job_pss_mb: tuple[float, ...]

    def cpu_since(self, earlier: "Usage") -> dict[str, float]:
        """Percent of one core, by part, between the two moments."""
        lasted_s = self.at_s - earlier.at_s
        return {
            name: 100 * (used_s - earlier.cpu_s.get(name, 0.0)) / lasted_s
            for name, used_s in self.cpu_s.items()
        }


def usage(worker_pid: int) -> Usage:
    """Look at the worker with all its processes and at this process's other children."""
    worker = psutil.Process(worker_pid)
    ours = [worker, *worker.children(recursive=True)]
    used: dict[str, float] = defaultdict(float)
    memory: list[float] = []
    for process in ours:
        with suppress(psutil.Error):
            used["the bot"] += _cpu_s(process)
            if process.pid != worker_pid and _is_in_call(process):
                memory.append(process.memory_full_info().pss / MEGABYTE)
    known = {process.pid for process in ours}
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if process.pid not in known:
                used[_part(process)] += _cpu_s(process)
    used["the bench itself"] += _cpu_s(psutil.Process())
    return Usage(time.time(), dict(used), tuple(memory))


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _is_in_call(process: psutil.Process) -> bool:
    """An idle process has no connection to LiveKit's media port."""
    return any(each.type == 2 for each in process.net_connections("inet"))  # SOCK_DGRAM


def _part(process: psutil.Process) -> str:
    name = process.name()
    if name in PARTS:
        return name
    command = " ".join(process.cmdline())
    return "the providers" if "local.providers" in command else "others"

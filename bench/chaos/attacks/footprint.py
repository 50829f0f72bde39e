"""What a process holds on to: memory, threads, open files."""

from dataclasses import dataclass

import psutil

_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Footprint:
    """At one moment."""

    memory_mb: float
    threads: int
    files: int

    @classmethod
    def of(cls, pid: int) -> "Footprint":
        """Raises psutil.Error when there is no such process."""
        process = psutil.Process(pid)
        with process.oneshot():
            memory_mb = process.memory_info().rss / _MEGABYTE
            return cls(memory_mb, process.num_threads(), process.num_fds())

    def __str__(self) -> str:
        return f"{self.memory_mb:.0f} MB, {self.threads} threads, {self.files} files"

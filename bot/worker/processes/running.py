"""Which jobs of a worker run: behind a process that a signal has stopped a caller hears nothing."""

import time
from collections.abc import Callable, Mapping

import psutil

from bot.worker.sights.since import Since

# A process that is stopped for a second and a half may go on by itself (docs/reliability.md). With
# a look each half second this is three looks after the first: 1.5 to 2.0 s.
STOPPED_S = 1.5
_GAP_S = 5.0


def is_stopped(pid: int) -> bool:
    """Whether a signal has stopped it (SIGSTOP; state T), and nothing has let it go on yet.

    A debugger's hold on it is another state, and no harm.
    """
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_STOPPED)
    except psutil.Error:
        return False  # it has ended, which is seen otherwise


class Running:
    """To be asked again and again. `pids`: the process of each job in progress, by the job's id."""

    def __init__(
        self,
        pids: Callable[[], Mapping[str, int]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
        is_stopped: Callable[[int], bool] = is_stopped,
    ) -> None:
        self._pids = pids
        self._monotonic = monotonic
        self._is_stopped = is_stopped
        self._stopped = Since(gap_s=_GAP_S)

    def jobs(self) -> set[str]:
        """The ids of those whose process is there and has not been stopped for long."""
        pids = self._pids()
        stopped = [job for job, pid in pids.items() if self._is_stopped(pid)]
        stopped_s = self._stopped.look(stopped, monotonic_s=self._monotonic())
        return {job for job in pids if stopped_s.get(job, 0.0) < STOPPED_S}

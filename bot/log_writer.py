"""Writes log lines in a thread of its own: whoever logs never waits for who reads.

Standard output is a pipe to a log driver. When that stalls, a write blocks, and with it the event
loop of the worker: no calls, no watch, and after a minute no calls in progress either.
"""

import logging
import queue
import threading
from typing import TextIO

# So many lines wait for a reader, some megabytes; then the newest are dropped and counted.
_WAITING = 10_000
_FLUSH_S = 2.0


class LineWriter(logging.Handler):
    """Formats in the caller's thread, because a line knows its call by the context; writes in its
    own. `flush` waits until everything is written, at most two seconds."""

    def __init__(self, stream: TextIO, *, waiting: int = _WAITING) -> None:
        super().__init__()
        self._stream = stream
        self._lines: queue.Queue[str] = queue.Queue(waiting)
        self._dropped = 0
        self._counting = threading.Lock()
        threading.Thread(target=self._write_on, name="log writer", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Put one line in the queue. Never blocks, never raises."""
        try:
            line = self.format(record)
        except Exception:
            self.handleError(record)
            return
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            with self._counting:
                self._dropped += 1

    def flush(self) -> None:
        """Wait for the writing, but not for a reader who has gone to sleep."""
        with self._lines.all_tasks_done:
            self._lines.all_tasks_done.wait_for(
                lambda: not self._lines.unfinished_tasks, timeout=_FLUSH_S
            )

    def _write_on(self) -> None:
        while True:
            line = self._lines.get()
            try:
                self._stream.write(f"{line}\n")
                self._tell_of_dropped()
                if self._lines.empty():
                    self._stream.flush()
            # A stream that is closed or broken takes nothing; the calls go on without their log.
            except (OSError, ValueError):
                with self._counting:
                    self._dropped += 1
            finally:
                self._lines.task_done()

    def _tell_of_dropped(self) -> None:
        with self._counting:
            dropped, self._dropped = self._dropped, 0
        if dropped:
            record = logging.LogRecord(
                __name__, logging.ERROR, __file__, 0, "log lines dropped: %d", (dropped,), None
            )
            self._stream.write(f"{self.format(record)}\n")

"""The engine's side of the pipe: read requests, work on them in turn, write the answers.

Two threads: one reads standard input, the main one works. The process ends as soon as
standard input ends, also in the middle of work, so that it never outlives its parent.
"""

import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from local.engine.frames import LENGTHS, Frame, decode_frame, decode_lengths

Handler = Callable[[Frame], Iterator[Frame]]
"""Answers one request with any number of frames."""


def read_frame(stream: BinaryIO) -> Frame | None:
    """The next frame, or None at the end of the stream. Raises FrameError on garbage."""
    prefix = stream.read(LENGTHS.size)
    if len(prefix) < LENGTHS.size:
        return None
    header_bytes, payload_bytes = decode_lengths(prefix)
    header, payload = stream.read(header_bytes), stream.read(payload_bytes)
    if len(header) < header_bytes or len(payload) < payload_bytes:
        return None
    return decode_frame(header, payload)


class WorkList:
    """Requests under way, each worked on one step at a time, round and round.

    Answers of one frame are therefore served in the order of asking, and a long utterance
    does not make everybody else wait until its last sentence.
    """

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._jobs: deque[tuple[Any, Iterator[Frame]]] = deque()
        self._changed = threading.Condition()

    def add(self, request: Frame) -> None:
        with self._changed:
            self._jobs.append((request.header.get("id"), self._handle(request)))
            self._changed.notify()

    def cancel(self, request_id: Any) -> None:
        with self._changed:
            self._jobs = deque(job for job in self._jobs if job[0] != request_id)

    def step(self) -> Frame:
        """Waits for work, does one step of it and returns what to write."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs)
            request_id, answers = self._jobs[0]
        try:
            frame = next(answers)
            header = {**frame.header, "id": request_id}
        except StopIteration:
            return self._finish(request_id, {"id": request_id, "done": True})
        except Exception as error:  # the edge of the process: the request fails, not the engine
            name = type(error).__name__
            return self._finish(request_id, {"id": request_id, "error": f"{name}: {error}"})
        with self._changed:
            if self._jobs and self._jobs[0][0] == request_id:
                self._jobs.rotate(-1)
        return Frame(header, frame.payload)

    def _finish(self, request_id: Any, header: dict[str, Any]) -> Frame:
        self.cancel(request_id)
        return Frame(header)


def serve(load: Callable[[], Handler]) -> None:
    """Loads the engine, says that it is ready, and serves until standard input ends.

    Whatever a library prints goes to standard error: standard output carries frames only.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    work = WorkList(load())
    threading.Thread(target=_read_requests, args=(sys.stdin.buffer, work), daemon=True).start()
    _write(answers, Frame({"ready": True}))
    while True:
        _write(answers, work.step())


def _read_requests(stream: BinaryIO, work: WorkList) -> None:
    try:
        while (frame := read_frame(stream)) is not None:
            if frame.header.get("op") == "cancel":
                work.cancel(frame.header.get("id"))
            else:
                work.add(frame)
    finally:
        os._exit(0)


def _write(stream: BinaryIO, frame: Frame) -> None:
    try:
        stream.write(frame.encode())
        stream.flush()
    except OSError:  # the parent is gone
        os._exit(0)

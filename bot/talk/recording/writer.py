"""The thread that writes a recording: encoding and a slow disk hold nobody up."""

import logging
import queue
import threading
from collections.abc import Callable

from av import FFmpegError

from bot.records.sound.shelf import Shelf
from bot.talk.recording.sound_file import SoundFile
from bot.talk.recording.tape import Samples

logger = logging.getLogger("storyline.recording")

# Of a second each.
_WAITING = 30


class SoundWriter:
    """Begins to write when it is made. `over` is called once, in the thread, at its end.

    The thread does not keep its process from ending: a disk that hangs holds up no call.
    """

    def __init__(self, shelf: Shelf, call_id: str, over: Callable[[], None]) -> None:
        self._shelf = shelf
        self._call_id = call_id
        self._over = over
        self._queue: queue.Queue[Samples | None] = queue.Queue(_WAITING)
        self._is_closing = threading.Event()
        self.failure: str | None = None
        threading.Thread(target=self._run, name="recording", daemon=True).start()

    def write(self, heard: Samples) -> bool:
        """Hand over the next part; False when it will not be written."""
        if self.failure is not None:
            return False
        try:
            self._queue.put_nowait(heard)
        except queue.Full:
            self.failure = "the disk is too slow"
            return False
        return True

    def close(self) -> None:
        """Nothing more comes; what waits is still written."""
        self._is_closing.set()
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            self.failure = self.failure or "the disk is too slow"

    def _run(self) -> None:
        try:
            with SoundFile(self._shelf, self._call_id) as file:
                while (heard := self._next()) is not None:
                    file.write(heard)
        except (OSError, FFmpegError) as error:
            self.failure = f"{type(error).__name__}: {error.strerror or error}"
        finally:
            self._over()

    def _next(self) -> Samples | None:
        """The next part; None at the end, however full the queue was when that came."""
        if self._is_closing.is_set() and self._queue.empty():
            return None
        return self._queue.get()

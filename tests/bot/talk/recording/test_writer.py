"""The thread that writes: what happens when the disk is full, slow, or not there at all."""

import threading
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from bot.records.sound.shelf import Shelf
from bot.talk.recording import writer as module
from bot.talk.recording.tape import Samples
from bot.talk.recording.writer import SoundWriter

pytestmark = pytest.mark.unit

ID = str(uuid4())
PART: Samples = np.zeros((24_000, 2), dtype=np.int16)


class AFile:
    """A file whose disk does what the test wants."""

    full_after = 1000
    goes_on: threading.Event

    def __init__(self, *_: object) -> None:
        self.written = 0

    def __enter__(self) -> "AFile":
        return self

    def __exit__(self, *_: object) -> None: ...

    def write(self, _: Samples) -> None:
        self.written += 1
        if self.written > AFile.full_after:
            raise OSError(28, "No space left on device")
        assert AFile.goes_on.wait(10)


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    monkeypatch.setattr(module, "SoundFile", AFile)
    monkeypatch.setattr(AFile, "full_after", 1000)
    AFile.goes_on = threading.Event()
    return AFile.goes_on


def a_writer(folder: Path) -> tuple[SoundWriter, threading.Event]:
    over = threading.Event()
    return SoundWriter(Shelf(folder), ID, over.set), over


def test_everything_that_was_handed_over_is_written(tmp_path: Path) -> None:
    writer, over = a_writer(tmp_path)
    assert writer.write(PART)
    writer.close()
    assert over.wait(10)
    assert writer.failure is None
    assert Shelf(tmp_path).has(ID)


def test_a_full_disk_is_told_and_raises_nowhere(
    slow_disk: threading.Event, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AFile, "full_after", 0)
    writer, over = a_writer(tmp_path)
    writer.write(PART)
    assert over.wait(10)
    assert writer.failure == "OSError: No space left on device"
    assert not writer.write(PART)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    writer, over = a_writer(tmp_path / "file" / "recordings")
    assert over.wait(10)
    assert writer.failure is not None and "Not a directory" in writer.failure


def test_a_disk_that_hangs_holds_nobody_up(slow_disk: threading.Event, tmp_path: Path) -> None:
    writer, over = a_writer(tmp_path)
    taken = 0
    while writer.write(PART):
        taken += 1
    assert 30 <= taken <= 31  # as many as may wait, and the one that the thread holds
    assert writer.failure == "the disk is too slow"
    writer.close()
    assert not over.is_set()
    slow_disk.set()
    assert over.wait(10)

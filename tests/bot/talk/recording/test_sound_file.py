"""The file of a recording: playable at every moment, private, and both sides in their places."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import av
import numpy as np
import pytest

from bot.records.sound.shelf import Shelf
from bot.talk.recording.sound_file import RATE_HZ, SoundFile
from bot.talk.recording.tape import Samples

pytestmark = pytest.mark.unit

ID = str(uuid4())


def tone(length_s: float, *, left: int = 0, right: int = 0) -> Samples:
    wave = np.sin(2 * np.pi * 440 * np.arange(round(length_s * RATE_HZ)) / RATE_HZ)
    return np.stack((wave * left, wave * right), axis=1).astype(np.int16)


def decode(path: Path) -> Samples:
    """Shape (samples, 2) at `RATE_HZ`."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler("s16p", "stereo", RATE_HZ)
        frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1).T.astype(np.int16)


def loudness(heard: Samples, from_s: float, to_s: float) -> tuple[int, int]:
    part = heard[round(from_s * RATE_HZ) : round(to_s * RATE_HZ)].astype(np.int32)
    left, right = np.abs(part).max(axis=0).tolist()
    return left, right


def test_both_sides_come_back_where_and_as_loud_as_they_were(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with SoundFile(shelf, ID) as file:
        for part in (tone(1, left=8000), tone(0.5), tone(1.25, right=4000)):
            file.write(part)
    heard = decode(shelf.sound(ID))
    assert len(heard) / RATE_HZ == pytest.approx(2.75, abs=0.03)
    left, right = loudness(heard, 0.1, 0.9)
    assert left == pytest.approx(8000, rel=0.2) and right < 300
    assert max(loudness(heard, 1.1, 1.4)) < 300
    left, right = loudness(heard, 1.6, 2.6)
    assert right == pytest.approx(4000, rel=0.2) and left < 300


def test_the_levels_lie_beside_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with SoundFile(shelf, ID) as file:
        file.write(tone(0.25, left=32767))
        file.write(tone(0.25, right=16384))
    levels = shelf.levels(ID).read_bytes()
    assert [tuple(levels[at : at + 2]) for at in range(0, len(levels), 2)] == [
        (255, 0),
        (255, 0),
        (255, 128),
        (0, 128),
        (0, 128),
    ]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "recordings")
    old = os.umask(0)
    try:
        with SoundFile(shelf, ID) as file:
            file.write(tone(0.1))
    finally:
        os.umask(old)
    assert (tmp_path / "recordings").stat().st_mode & 0o777 == 0o700
    for path in (shelf.sound(ID), shelf.levels(ID)):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_recording_is_never_written_over(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    shelf.sound(ID).write_bytes(b"another call's")
    with pytest.raises(FileExistsError):
        SoundFile(shelf, ID)


_KILLED = """
import os, signal, sys
from pathlib import Path
import numpy as np
from bot.records.sound.shelf import Shelf
from bot.talk.recording.sound_file import RATE_HZ, SoundFile
file = SoundFile(Shelf(Path(sys.argv[1])), sys.argv[2])
for _ in range(5):
    file.write(np.full((RATE_HZ, 2), 0, dtype=np.int16))
    file.write((np.random.default_rng(0).normal(size=(RATE_HZ, 2)) * 3000).astype(np.int16))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.process
def test_what_a_killed_process_leaves_can_be_played(tmp_path: Path) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(tmp_path), ID], check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    heard = decode(Shelf(tmp_path).sound(ID))
    # Ten seconds were written; the last page of one second was still in its hands.
    assert 8.5 < len(heard) / RATE_HZ <= 10.0
    assert min(loudness(heard, 1.0, 2.0)) > 3000

"""The demo itself, as `make demo` starts it."""

import asyncio
import sys
import wave
from pathlib import Path

import pytest

from tests.e2e.explanation import log_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


async def test_the_demo_tells_a_whole_story_and_leaves_recording_and_transcript(
    tmp_path: Path,
) -> None:
    demo = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.demo", "--run-dir", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await demo.communicate()
    shown = output.decode()

    assert demo.returncode == 0, "\n".join([shown, *log_of(tmp_path / "worker.log")])
    assert "story_finished" in shown
    assert "heard to its end" in shown
    transcript = (tmp_path / "transcript.txt").read_text()
    assert "Echo   " in transcript
    assert "Maria  Hello Echo, I am Maria, and I am calling from Lisbon." in transcript
    with wave.open(str(tmp_path / "call.wav")) as recording:
        assert recording.getnchannels() == 2
        assert recording.getnframes() / recording.getframerate() > 30

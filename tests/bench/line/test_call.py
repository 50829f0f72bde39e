"""One call of the bench's telephone to a far end in this process."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from bench.line.telephone import CallFailed, Line, dial
from tests.bench.line.far_end import FarEnd

pytestmark = pytest.mark.alone  # needs SIPp


@pytest.fixture
async def far_end() -> AsyncIterator[FarEnd]:
    loop = asyncio.get_running_loop()
    transport, far_end = await loop.create_datagram_endpoint(FarEnd, local_addr=("127.0.0.1", 0))
    yield far_end
    transport.close()


def _line(port: int, folder: Path) -> Line:
    return Line(f"127.0.0.1:{port}", "+12025550100", "storyline", "secret", folder)


async def test_a_call_gives_its_password_and_says_bye(far_end: FarEnd, tmp_path: Path) -> None:
    async with dial(_line(far_end.port, tmp_path), "+12025550123") as call:
        assert call.answered_s >= call.invited_s > 0
    assert far_end.methods == ["INVITE", "ACK", "INVITE", "ACK", "BYE"]


async def test_sound_is_sent_for_as_long_as_it_lasts(far_end: FarEnd, tmp_path: Path) -> None:
    tone = np.full(8_000, 5_000, np.int16)
    async with dial(_line(far_end.port, tmp_path), "+12025550123") as call:
        said = await call.say(tone)
        times_s = [at_s for at_s, _ in call.media.sent]
    assert said.duration_s == pytest.approx(1.0, abs=0.1)
    # The clock is absolute: a packet that is late does not make those after it late.
    assert times_s[-1] - times_s[0] == pytest.approx(0.02 * (len(times_s) - 1), abs=0.1)


async def test_silence_is_said_too(far_end: FarEnd, tmp_path: Path) -> None:
    async with dial(_line(far_end.port, tmp_path), "+12025550123") as call:
        said = await call.say(np.zeros(1_600, np.int16))
    assert said.duration_s == pytest.approx(0.18, abs=0.05)


async def test_nobody_there_is_a_clear_failure(tmp_path: Path) -> None:
    with pytest.raises(CallFailed, match="no answer at all"):
        async with dial(_line(9, tmp_path), "+12025550123", answer_limit_s=1.0):
            pass

"""The process of a call is killed in mid-story, and not before; then Echo is waited for."""

import asyncio
import signal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from local.demo.loss import lose_the_process

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

PID = 12345


class FakeCall:
    """A call whose speech is put down by the test."""

    def __init__(self) -> None:
        self.caller_speech: list[Any] = []
        self.far_speech: list[Any] = []

    @property
    def now_s(self) -> float:
        return asyncio.get_running_loop().time()


def span(start_s: float, end_s: float) -> Any:
    return SimpleNamespace(start_s=start_s, end_s=end_s)


async def test_the_process_dies_in_the_middle_of_the_story(monkeypatch: pytest.MonkeyPatch) -> None:
    call, killed, told = FakeCall(), list[tuple[int, int]](), list[tuple[float, str]]()
    monkeypatch.setattr("local.demo.loss.os.kill", lambda pid, sign: killed.append((pid, sign)))
    stack = SimpleNamespace(job_pids=lambda: [PID])
    loop, begun_s = asyncio.get_running_loop(), asyncio.get_running_loop().time()

    def at(moment_s: float, spoken: list[Any], start_s: float, end_s: float) -> None:
        speech = span(begun_s + start_s, begun_s + end_s)
        loop.call_later(moment_s, spoken.append, speech)

    at(1, call.far_speech, 1, 4)
    at(5, call.caller_speech, 5, 6)
    at(7, call.far_speech, 7, 15)
    at(16, call.caller_speech, 16, 17)
    at(18, call.far_speech, 18, 20)
    at(23, call.far_speech, 22.5, 30)
    await lose_the_process(
        cast(Any, call), cast(Any, stack), lambda at_s, what: told.append((at_s or 0, what))
    )
    assert killed == [(PID, signal.SIGKILL)]
    [(killed_s, _), (again_s, again)] = told
    assert 19.5 <= killed_s - begun_s < 20
    assert again_s - begun_s == 22.5
    assert "another process goes on" in again

"""An engine's process serves in turn, survives its clients, and is started again when it dies."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from local.engine.client import MAX_FAILURES, EngineError, EngineProcess
from local.engine.frames import Frame, FrameError, decode_frame, decode_lengths

pytestmark = pytest.mark.unit

FAKE = (sys.executable, "-m", "tests.local.engine.fake_engine")


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[EngineProcess]:
    engine = EngineProcess((*FAKE, *arguments))
    try:
        await engine.start()
        yield engine
    finally:
        await engine.close()


async def answers(engine: EngineProcess, payload: bytes = b"", /, **header: Any) -> list[Frame]:
    async with aclosing(engine.request(header, payload)) as frames:
        return [frame async for frame in frames]


async def headers(engine: EngineProcess, **header: Any) -> list[Mapping[str, Any]]:
    return [frame.header for frame in await answers(engine, **header)]


async def test_text_and_bytes_travel_both_ways() -> None:
    payload = bytes(range(256)) * 1000
    async with running() as engine:
        (frame,) = await answers(engine, payload, op="echo", text="Grüße")
    assert frame.header["text"] == "Grüße" and frame.payload == payload


async def test_requests_are_served_in_the_order_of_asking() -> None:
    async with running() as engine, asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(headers(engine, op="echo", text=text)) for text in "abcdef"]
    # The engine's own count: the order in which the tasks here wake up is asyncio's.
    assert [answer["turn"] for task in asked for answer in task.result()] == list(range(6))


async def test_a_long_answer_does_not_hold_up_a_short_one() -> None:
    async with running() as engine:
        async with aclosing(engine.request({"op": "count", "to": 5000})) as long:
            await anext(long)
            await answers(engine, op="echo", text="short")
            seen = (await anext(long)).header["number"]
        assert seen < 4999


async def test_who_stops_listening_cancels_and_holds_up_nobody() -> None:
    async with running() as engine:
        async with aclosing(engine.request({"op": "count", "to": 10**9})) as endless:
            assert (await anext(endless)).header["number"] == 0
        assert [each["text"] for each in await headers(engine, op="echo", text="x")] == ["x"]


async def test_what_a_library_prints_does_not_disturb() -> None:
    async with running() as engine:
        assert len(await answers(engine, op="print")) == 1
        assert len(await answers(engine, op="echo", text="x")) == 1


async def test_a_failed_request_leaves_the_engine_alive() -> None:
    async with running() as engine:
        pid = engine.pid
        with pytest.raises(EngineError, match="ValueError: what is this"):
            await answers(engine, op="fail")
        assert await answers(engine, op="echo", text="x")
        assert engine.pid == pid


async def test_a_dead_engine_fails_what_it_was_doing_and_is_started_again() -> None:
    async with running() as engine:
        (first,) = await headers(engine, op="pid")
        with pytest.raises(EngineError):
            await answers(engine, op="die")
        (second,) = await headers(engine, op="pid")
        assert second["pid"] != first["pid"]


async def test_an_engine_killed_between_requests_is_started_again() -> None:
    async with running() as engine:
        assert engine.pid is not None
        reader = engine._reader
        os.kill(engine.pid, signal.SIGKILL)
        assert reader is not None
        await reader
        assert await answers(engine, op="echo", text="x")


async def test_an_engine_that_dies_again_and_again_is_given_up() -> None:
    async with running() as engine:
        for _ in range(MAX_FAILURES):
            with pytest.raises(EngineError):
                await answers(engine, op="die")
        with pytest.raises(EngineError, match="in a row"):
            await answers(engine, op="echo", text="x")


async def test_an_engine_that_cannot_load_says_so() -> None:
    with pytest.raises(EngineError, match="ended while loading"):
        async with running("--broken"):
            pass


async def test_close_ends_the_process_even_at_work_and_may_be_repeated() -> None:
    async with running() as engine:
        async with aclosing(engine.request({"op": "work"})) as working:
            await anext(working)
            process = engine._process
            await engine.close()
            assert process is not None and process.returncode == 0
            with pytest.raises(EngineError, match="ended"):
                await anext(working)
        await engine.close()
        with pytest.raises(EngineError, match="closed"):
            await engine.start()


async def test_the_process_ends_when_its_parent_is_killed() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    assert int(await parent.stdout.readline()) > 0
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(5):
        # The engine holds this pipe open for as long as it lives.
        assert await parent.stdout.read() == b""


PARENT = """
import asyncio, os, sys
from local.engine.client import EngineProcess

async def main():
    # The engine's error output is ours, so that the test sees when the engine is gone.
    os.dup2(1, 2)
    engine = EngineProcess((sys.executable, "-m", "tests.local.engine.fake_engine"))
    await engine.start()
    print(engine.pid, flush=True)
    async for _ in engine.request({"op": "work"}):
        pass

asyncio.run(main())
"""


@pytest.mark.parametrize("header", [b"\xff", b"[1]", b"{"])
def test_a_frame_with_a_bad_header_is_refused(header: bytes) -> None:
    with pytest.raises(FrameError):
        decode_frame(header, b"")


def test_a_frame_of_absurd_length_is_refused() -> None:
    with pytest.raises(FrameError):
        decode_lengths(b"HTTP/1.1")

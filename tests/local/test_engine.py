"""An engine's process serves in turn and is started again when it dies."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local.engine import MAX_FAILURES, Engine, EngineError

pytestmark = [pytest.mark.unit, pytest.mark.process]

FAKE = "tests.local.fake_model"


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine(FAKE)
    await engine.start()
    yield engine
    await engine.close()


async def test_text_and_bytes_travel_both_ways(engine: Engine) -> None:
    payload = bytes(range(256)) * 1000
    assert await engine.ask("echo", "Grüße", payload) == ("Grüße", payload)


async def test_requests_are_served_in_the_order_of_asking(engine: Engine) -> None:
    async with asyncio.TaskGroup() as tasks:
        asked = [tasks.create_task(engine.ask("turn")) for _ in range(6)]
    assert [task.result() for task in asked] == list(range(6))


async def test_who_stops_waiting_holds_up_nobody(engine: Engine, tmp_path: Path) -> None:
    # Otherwise half of them may have had their turn before anybody gives up.
    busy = asyncio.create_task(engine.ask("be_busy", tmp_path / "over"))
    given_up = [asyncio.create_task(engine.ask("turn")) for _ in range(100)]
    await asyncio.sleep(0)
    for task in given_up:
        task.cancel()
    await asyncio.gather(*given_up, return_exceptions=True)
    (tmp_path / "over").touch()
    await busy
    assert await engine.ask("turn") < 50


async def test_a_failed_request_leaves_the_engine_alive(engine: Engine) -> None:
    pid = await engine.ask("pid")
    with pytest.raises(EngineError, match="ValueError: what is this"):
        await engine.ask("fail")
    assert await engine.ask("pid") == pid


async def test_what_an_engine_died_over_is_asked_once_more(engine: Engine, tmp_path: Path) -> None:
    first = await engine.ask("pid")
    assert await engine.ask("die_once", tmp_path / "died") == "alive"
    assert await engine.ask("pid") != first


async def test_an_engine_killed_between_requests_is_started_again(engine: Engine) -> None:
    os.kill(await engine.ask("pid"), signal.SIGKILL)
    assert await engine.ask("echo", "x", b"") == ("x", b"")


async def test_an_engine_that_dies_again_and_again_is_given_up(engine: Engine) -> None:
    with pytest.raises(EngineError, match="ended"):
        await engine.ask("die")
    assert MAX_FAILURES == 3
    with pytest.raises(EngineError, match="3 times in a row"):
        await engine.ask("die")
    with pytest.raises(EngineError, match="3 times in a row"):
        await engine.ask("pid")


async def test_an_engine_that_cannot_load_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORYLINE_TEST_BROKEN", "1")
    engine = Engine(FAKE)
    with pytest.raises(EngineError, match="see its error output"):
        await engine.start()
    await engine.close()


async def test_close_may_be_repeated() -> None:
    engine = Engine(FAKE)
    await engine.start()
    pid = await engine.ask("pid")
    await engine.close()
    await engine.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(EngineError):
        await engine.ask("pid")


async def test_the_process_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PARENT, str(tmp_path / "started")), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    assert await parent.stdout.readline()
    parent.kill()
    await parent.wait()
    async with asyncio.timeout(5):
        # The engine holds this pipe open for as long as it lives.
        await parent.stdout.read()


PARENT = """
import asyncio, sys
from pathlib import Path
from local.engine import Engine

async def main():
    engine = Engine("tests.local.fake_model")
    await engine.start()
    work = asyncio.create_task(engine.ask("work", Path(sys.argv[1])))
    while not Path(sys.argv[1]).exists():
        await asyncio.sleep(0.01)
    print("at work", flush=True)
    await work

if __name__ == "__main__":
    asyncio.run(main())
"""

import asyncio
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.local.providers.waiting import until

DEADLINE_S = 30


@asynccontextmanager
async def providers(*options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.providers", *options), stderr=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def healthy(log: Path) -> str:
    """The base URL, once the process says where it listens and that it is ready."""

    async def look() -> str | None:
        found = re.search(r"http://\S+", _read(log))
        if found is None:
            return None
        async with aiohttp.ClientSession() as http, http.get(f"{found[0]}/health") as response:
            return found[0] if response.status == 200 else None

    return await until(look, DEADLINE_S)


@pytest.mark.unit
@pytest.mark.process
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_process_gets_healthy_and_ends_on_a_signal(tmp_path: Path, number: int) -> None:
    log = tmp_path / "providers.log"
    async with providers("--port", "0", "--engine", "none", "--log-file", str(log)) as process:
        url = await healthy(log)
        async with aiohttp.ClientSession() as http, http.ws_connect(f"{url}/v1/realtime?model=m"):
            process.send_signal(number)  # with a line still open
            async with asyncio.timeout(DEADLINE_S):
                assert await process.wait() == 0


@pytest.mark.unit
@pytest.mark.process
async def test_taken_port_is_said_clearly() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with providers("--port", str(port), "--engine", "none") as process:
            _, complaint = await process.communicate()
    assert process.returncode == 1
    assert b"address already in use" in complaint


@pytest.mark.stack
async def test_the_ears_hear_what_the_voice_says(tmp_path: Path) -> None:
    log = tmp_path / "providers.log"
    async with providers("--port", "0", "--log-file", str(log)) as process:
        url = await healthy(log)
        children = _children(process.pid)
        assert len(children) == 3, "ears, voice, and what multiprocessing keeps beside them"
        wanted = {"model": "m", "voice": "echo", "input": "Hello, my name is Anna."}
        async with aiohttp.ClientSession() as http:
            speech = f"{url}/v1/audio/speech"
            async with http.post(speech, json=wanted | {"response_format": "wav"}) as response:
                sound = await response.read()
            async with http.post(f"{url}/v1/listen?model=nova-3", data=sound) as response:
                heard = (await response.json())["results"]["channels"][0]["alternatives"][0]
        assert "my name is anna" in heard["transcript"].lower()
        process.terminate()
        async with asyncio.timeout(10):
            assert await process.wait() == 0
    await until(
        lambda: _gone(children)
    )  # multiprocessing's own sees a little later that it is alone


@pytest.mark.stack
async def test_nothing_is_left_when_the_process_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "providers.log"
    async with providers("--port", "0", "--log-file", str(log)) as process:
        await healthy(log)
        children = _children(process.pid)
        process.kill()
        await process.wait()
    await until(lambda: _gone(children))


def _children(pid: int) -> list[int]:
    return [int(child) for child in _read(Path(f"/proc/{pid}/task/{pid}/children")).split()]


async def _gone(pids: list[int]) -> bool:
    """No such processes, or zombies that wait for their new parent."""
    states = [_read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()[:1] for pid in pids]
    return all(state in ([], ["Z"]) for state in states)


def _read(path: Path) -> str:
    """ "" when there is no such file."""
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""

"""The command line against a real server, as an operator and as CI use it."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from livekit.api import LiveKitAPI

from local.stack.stack import Stack
from sip.objects.server import read_snapshot
from tests.sip.manifests import ENVIRONMENT, SIMPLE
from tests.sip.sip_servers import bare_stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(60)]

Command = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture(scope="module")
async def stack() -> AsyncIterator[Stack]:
    async with bare_stack() as stack:
        yield stack


@pytest.fixture
def command(stack: Stack, tmp_path: Path) -> Command:
    """Run provision-trunk in a folder with a trunks.yaml; return its exit code and output."""
    (tmp_path / "trunks.yaml").write_text(SIMPLE, encoding="utf-8")
    program = Path(sys.executable).with_name("provision-trunk")
    environment = {**os.environ, **stack.env(), **ENVIRONMENT}

    async def run(*arguments: str, answer: str = "") -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            str(program),
            *arguments,
            cwd=tmp_path,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate(answer.encode())
        assert process.returncode is not None
        return process.returncode, output.decode()

    return run


async def test_an_operators_day(command: Command, stack: Stack, tmp_path: Path) -> None:
    code, output = await command("plan", "--json")
    planned = json.loads(output)
    assert (code, len(planned["changes"])) == (2, 3)
    assert ENVIRONMENT["SIP_PASSWORD"] not in output

    code, output = await command("apply", answer="n\n")
    assert code == 1
    assert (await command("plan"))[0] == 2

    code, output = await command("apply", "--plan-hash", "000000000000")
    assert code == 1
    assert "not the reviewed 000000000000" in output

    code, output = await command("apply", "--plan-hash", planned["hash"])
    assert (code, output.splitlines()[-1]) == (0, "Done: 3 changes applied.")
    code, output = await command("plan")
    assert (code, output) == (0, "Nothing to do: the server is as the file says.\n")

    code, output = await command("status", "--json")
    assert {item["state"] for item in json.loads(output)} == {"ours"}
    code, output = await command("route", "--from", "+1", "--to", "+12025550100", "--server")
    assert code == 0

    code, output = await command("export", "--file", "copy.yaml")
    assert code == 0
    assert "env/SIP_MAIN_PASSWORD" in (tmp_path / "copy.yaml").read_text(encoding="utf-8")
    code, output = await command("export", "--file", "copy.yaml", answer="n\n")
    assert code == 1

    code, output = await command("destroy", "--yes")
    assert code == 1
    assert "--allow-delete" in output
    code, output = await command("destroy", "--yes", "--allow-delete")
    assert code == 0
    async with LiveKitAPI(stack.livekit_url, stack.api_key, stack.api_secret) as api:
        assert (await read_snapshot(api.sip)).ids() == frozenset()


async def test_two_commands_at_once_leave_one_of_each(command: Command, stack: Stack) -> None:
    codes = await asyncio.gather(*(command("apply", "--yes") for _ in range(3)))
    assert [code for code, _ in codes] == [0, 0, 0], codes
    async with LiveKitAPI(stack.livekit_url, stack.api_key, stack.api_secret) as api:
        assert len((await read_snapshot(api.sip)).ids()) == 3
    assert (await command("destroy", "--yes", "--allow-delete"))[0] == 0

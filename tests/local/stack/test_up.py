"""`python -m local.stack up`: the line stays open until somebody closes it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from local.caller import SipCaller
from local.stack.provision import MANIFEST

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

CLOSE_LIMIT_S = 20.0


async def read_until(stream: asyncio.StreamReader, text: str) -> str:
    """What the program printed until this text appeared; ends with the program."""
    shown = ""
    while text not in shown:
        line = await stream.readline()
        if not line:
            pytest.fail(f"ended before it said {text!r}:\n{shown}")
        shown += line.decode()
    return shown


def value_of(name: str, shown: str) -> str:
    line = next(line for line in shown.splitlines() if line.split()[:1] == [name])
    return line.split()[1]


async def test_what_it_prints_is_enough_to_ring_and_sigterm_closes_the_line(tmp_path: Path) -> None:
    up = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.stack", "up", "--run-dir", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert up.stdout is not None
    try:
        shown = await read_until(up.stdout, "Ctrl-C closes the line.")

        # Nothing but what is printed: the far end speaks first, so no voice of ours is needed.
        async with SipCaller(providers_url="http://127.0.0.1:9") as caller:
            call = await caller.dial(
                value_of("address", shown),
                value_of("number", shown),
                user=value_of("user", shown),
                password=value_of("password", shown),
            )
            await call.wait_for_speech(15)
            await call.hang_up()
        status = await asyncio.create_subprocess_exec(
            *(
                "sh",
                "-c",
                f"set -a; . {tmp_path}/line.env; exec provision-trunk status --file {MANIFEST}",
            ),
            env={"PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))},
            stdout=asyncio.subprocess.PIPE,
        )
        told, _ = await status.communicate()
    finally:
        up.send_signal(signal.SIGTERM)
        async with asyncio.timeout(CLOSE_LIMIT_S):
            rest, _ = await up.communicate()

    assert rest.decode().endswith("The line is closed.\n")
    assert up.returncode == 0
    assert told.decode().count(" ours ") == 2, "the trunk and the rule, seen with what is written"
    assert f"set -a; . {tmp_path}/line.env; set +a" in shown
    assert str(tmp_path) in shown, "where the logs are"

"""The real servers: they start, they are what env() says, and nothing of them stays behind."""

import asyncio
import os
import signal
import socket
import sys
from contextlib import closing
from dataclasses import astuple
from pathlib import Path

import pytest
from livekit import api

from local.stack import PartFailed, Stack, guard
from local.stack.environment import clean_environment
from local.stack.parts import processes
from local.stack.parts.programs import REPOSITORY
from local.stack.ports import Ports

pytestmark = [pytest.mark.stack, pytest.mark.timeout(90)]

POLL_S = 0.05
GONE_POLLS = 100

HOLD = """
import asyncio, signal, sys
from pathlib import Path
from local.stack import Stack

# Whoever is started in the background by a shell without job control ignores it.
signal.signal(signal.SIGINT, signal.default_int_handler)

async def main():
    async with Stack(Path(sys.argv[1]), with_providers=False, with_trunk=False, with_worker=False):
        print("up", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def servers_alone(run_dir: Path) -> Stack:
    return Stack(run_dir, with_providers=False, with_trunk=False, with_worker=False)


def mark_of(stack: Stack) -> str:
    return stack.env()[guard.MARK_VARIABLE]


def using(run_dir: Path) -> list[int]:
    """Living processes whose working directory is this run directory: every part's is."""
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and Path(os.readlink(f"/proc/{name}/cwd")) == run_dir:
                found.append(int(name))
        except OSError:
            continue
    return found


async def wait_none_using(run_dir: Path) -> None:
    for _ in range(GONE_POLLS):
        if not using(run_dir):
            return
        await asyncio.sleep(POLL_S)
    pytest.fail(f"still alive after {GONE_POLLS * POLL_S:g} s: {using(run_dir)}")


async def test_the_servers_answer_with_the_keys_of_env(tmp_path: Path) -> None:
    async with servers_alone(tmp_path) as stack:
        env = stack.env()
        async with api.LiveKitAPI(
            env["LIVEKIT_URL"], env["LIVEKIT_API_KEY"], env["LIVEKIT_API_SECRET"]
        ) as livekit:
            rooms = await livekit.room.list_rooms(api.ListRoomsRequest())
            # Answered only when the server reaches Redis.
            trunks = await livekit.sip.list_inbound_trunk(api.ListSIPInboundTrunkRequest())

    assert list(rooms.rooms) == []
    assert list(trunks.items) == []


async def test_livekit_sip_answers_options_on_its_address(tmp_path: Path) -> None:
    async with servers_alone(tmp_path) as stack:
        host, _, port = stack.sip_address.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(
            f"OPTIONS sip:{stack.sip_address} SIP/2.0\r\n"
            f"Via: SIP/2.0/TCP {host}:5999;branch=z9hG4bK-1\r\n"
            f"From: <sip:test@{host}>;tag=1\r\nTo: <sip:{stack.sip_address}>\r\n"
            "Call-ID: 1\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 5\r\nContent-Length: 0\r\n\r\n".encode()
        )
        answer = await reader.readline()
        writer.close()
        await writer.wait_closed()

    assert answer == b"SIP/2.0 200 OK\r\n"


async def test_nothing_is_left_when_the_stack_has_stopped(tmp_path: Path) -> None:
    async with servers_alone(tmp_path) as stack:
        mark = mark_of(stack)
        ports = astuple(stack._ports)[:5]
        assert len(using(tmp_path)) == 3
        assert guard.marked_processes(mark)

    assert using(tmp_path) == []
    assert guard.marked_processes(mark) == []
    for port in ports:
        with closing(socket.socket()) as probe, pytest.raises(ConnectionRefusedError):
            probe.connect(("127.0.0.1", port))


async def test_a_child_started_with_env_goes_with_the_stack(tmp_path: Path) -> None:
    async with servers_alone(tmp_path) as stack:
        child = await asyncio.create_subprocess_exec(
            *("sleep", "600"), env=clean_environment() | stack.env(), start_new_session=True
        )

    assert await child.wait() == -signal.SIGKILL


async def test_two_stacks_run_side_by_side(tmp_path: Path) -> None:
    async with servers_alone(tmp_path / "1") as one, servers_alone(tmp_path / "2") as two:
        assert one.livekit_url != two.livekit_url
        assert one.sip_address != two.sip_address
        assert one.sip_password != two.sip_password


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_nothing_is_left_when_the_process_of_the_stack_is_ended(
    tmp_path: Path, number: signal.Signals
) -> None:
    holder = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLD, str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=REPOSITORY,
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"up\n"
    assert len(using(tmp_path)) == 3

    holder.send_signal(number)
    await holder.communicate()

    await wait_none_using(tmp_path)


async def test_a_port_that_is_taken_leads_to_other_ports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        free = Ports.pick()
        taken = Ports(**{**vars(free), "livekit": other.getsockname()[1]})
        picks = iter([taken, free])
        monkeypatch.setattr(Ports, "pick", lambda: next(picks))

        async with servers_alone(tmp_path) as stack:
            assert stack.livekit_url == f"ws://127.0.0.1:{free.livekit}"
            assert "address already in use" in (tmp_path / "livekit-server.log").read_text()


async def test_a_part_that_does_not_start_is_named_with_the_end_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "local.stack.config.livekit_server_config", lambda ports, keys: {"no_such_key": 1}
    )

    with pytest.raises(PartFailed) as caught:
        async with servers_alone(tmp_path):
            pass

    assert caught.value.part == "livekit-server"
    assert "no_such_key" in caught.value.log_tail
    assert using(tmp_path) == []


async def test_a_server_that_dies_is_reported(tmp_path: Path) -> None:
    async with servers_alone(tmp_path) as stack:
        failure = asyncio.create_task(stack.wait_failed())
        await asyncio.sleep(0)  # let it begin to wait
        redis = next(pid for pid in using(tmp_path) if processes.listens([pid], stack._ports.redis))
        os.kill(redis, signal.SIGKILL)

        assert (await failure).part == "redis"

"""A cable that is cut passes nothing on, and says nothing about it."""

import asyncio

import pytest

from bench.chaos.cuts.cable import LOOPBACK, laid

pytestmark = pytest.mark.unit


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(100):
        writer.write(data)
    writer.close()


async def test_what_is_sent_while_the_cable_is_cut_arrives_when_it_is_mended() -> None:
    server = await asyncio.start_server(_echo, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    async with server, laid(f"ws://{LOOPBACK}:{port}") as cable:
        reader, writer = await asyncio.open_connection(*cable.url.removeprefix("ws://").split(":"))
        writer.write(b"one")
        assert await reader.readexactly(3) == b"one"
        cable.cut()
        writer.write(b"two")
        answer = asyncio.create_task(reader.readexactly(3))
        done, _ = await asyncio.wait({answer}, timeout=0.05)
        assert not done and not reader.at_eof()
        cable.mend()
        assert await answer == b"two"
        writer.close()

"""The worker's cable to LiveKit: everything but the sound goes through it, and it can be cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
_CHUNK_BYTES = 65_536


class Cable:
    """A relay for TCP. Cut, it takes what it is given and passes nothing on: no error, no answer,
    as when a switch between two machines dies.
    """

    def __init__(self, host: str, port: int) -> None:
        self._there = host, port
        self._whole = asyncio.Event()
        self._whole.set()
        self.url = ""

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either end closes it."""
        await self._whole.wait()
        far_reader, far_writer = await asyncio.open_connection(*self._there)
        ways = [
            asyncio.create_task(self._pass_on(reader, far_writer)),
            asyncio.create_task(self._pass_on(far_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            far_writer.close()
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK_BYTES):
            await self._whole.wait()
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def laid(livekit_url: str) -> AsyncIterator[Cable]:
    """A cable to LiveKit, with an address of its own."""
    parts = urlsplit(livekit_url)
    assert parts.hostname is not None and parts.port is not None
    cable = Cable(parts.hostname, parts.port)
    server = await asyncio.start_server(cable.carry, LOOPBACK, 0)
    try:
        cable.url = f"ws://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
        yield cable
    finally:
        server.close()

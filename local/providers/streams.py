"""Streams that faults can break: HTTP answers and websockets."""

import asyncio
from collections.abc import Callable, Mapping

from aiohttp import web

from local.providers.faults import Breaker, FaultBoard, Service


def cutter(request: web.Request) -> Callable[[], None]:
    """A function that closes the transport at once: no close frame, nothing flushed."""
    transport = request.transport
    assert isinstance(transport, asyncio.WriteTransport)
    return transport.abort


class StreamCut(Exception):
    """The transport was closed on purpose; there is nobody left to answer."""

    def __init__(self, response: web.StreamResponse) -> None:
        super().__init__()
        self.response = response


class FaultyStream:
    """A streamed answer whose pieces count for cuts and stalls."""

    def __init__(self, board: FaultBoard, service: Service) -> None:
        self._breaker = Breaker(board, service)
        self.response = web.StreamResponse()

    async def open(self, request: web.Request, headers: Mapping[str, str]) -> None:
        self.response.headers.update(headers)
        self._cut = cutter(request)
        await self.response.prepare(request)

    async def piece(self, data: bytes) -> None:
        """Sends a piece, or stalls until the client leaves, or raises StreamCut."""
        match self._breaker.due():
            case "cut":
                self._cut()
                raise StreamCut(self.response)
            case "stall":
                await asyncio.Event().wait()
        await self.response.write(data)

    async def rest(self, data: bytes) -> web.StreamResponse:
        """Sends what does not count, and ends the answer."""
        await self.response.write(data)
        await self.response.write_eof()
        return self.response

"""Health checks of the parts: each answers yes or no, and never raises."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp

from local.stack.config import LOOPBACK

CHECK_LIMIT_S = 2.0


def http_ok(port: int, path: str = "/") -> Callable[[], Awaitable[bool]]:
    """A check that GET of this path on loopback answers 200."""

    async def check() -> bool:
        timeout = aiohttp.ClientTimeout(total=CHECK_LIMIT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(f"http://{LOOPBACK}:{port}{path}") as response,
            ):
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    return check


def redis_answers(port: int) -> Callable[[], Awaitable[bool]]:
    """A check that Redis answers PING."""

    async def check() -> bool:
        try:
            async with asyncio.timeout(CHECK_LIMIT_S):
                reader, writer = await asyncio.open_connection(LOOPBACK, port)
                try:
                    writer.write(b"PING\r\n")
                    return await reader.readline() == b"+PONG\r\n"
                finally:
                    writer.close()
                    await writer.wait_closed()
        except (TimeoutError, OSError):
            return False

    return check

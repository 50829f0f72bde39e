"""Where a message may go: not into the operator's own network, whatever a name resolves to."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver

from bot.private_address import is_public


class Forbidden(OSError):
    """The name leads into a private network."""


class PublicResolver(AbstractResolver):
    """Resolves names, and refuses those that lead to a private address."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver or DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """What is resolved is what is connected to: a name cannot change its mind between."""
        found = await self._resolver.resolve(host, port, family)
        public = [each for each in found if is_public(each["host"])]
        if not public:
            raise Forbidden("the name leads to a private address")
        return public

    async def close(self) -> None:
        await self._resolver.close()

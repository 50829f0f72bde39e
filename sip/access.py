"""The one way into LiveKit's API: our keys, a client of it, and its errors in clear words."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

import aiohttp
from livekit.api import LiveKitAPI, ServerError

from sip.errors import ServerRefused

_URL, _KEY, _SECRET = "LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET"
_LIMIT_S = 10.0

# LiveKit answers these without saying its own word for them.
_CODES = {401: "unauthenticated", 403: "permission_denied"}

_REMEDIES = {
    "unauthenticated": f"Check {_KEY} and {_SECRET}, and the clock of this machine",
    "permission_denied": "Use an API key of this project that may administer SIP",
    "bad_route": f"Check {_URL}: no LiveKit server answers there",
}


@dataclass(frozen=True)
class Access:
    """Where the LiveKit server is, and the key that it knows us by."""

    url: str
    api_key: str
    api_secret: str = field(repr=False)

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Self:
        """The access that the environment names. Raises ServerRefused when a part is missing."""
        missing = [name for name in (_URL, _KEY, _SECRET) if not environment.get(name)]
        if missing:
            raise ServerRefused(
                "no_keys",
                f"{', '.join(missing)} not set",
                "Set them in the shell or in .env (LiveKit Cloud: project settings, keys)",
            )
        return cls(environment[_URL], environment[_KEY], environment[_SECRET])

    @asynccontextmanager
    async def connect(
        self, *, limit_s: float | None = _LIMIT_S, repeats: bool = True
    ) -> AsyncIterator[LiveKitAPI]:
        """A client of the API; entering asks nothing yet.

        A question that is not answered within `limit_s` raises TimeoutError; None where every
        question brings a limit of its own. Without `repeats` none is asked twice, also when the
        server fails in the middle of it: what dials must not ring a second time.
        """
        limits = () if limit_s is None else (_limited(limit_s),)
        async with aiohttp.ClientSession(middlewares=limits) as session:
            yield LiveKitAPI(
                self.url, self.api_key, self.api_secret, session=session, failover=repeats
            )


def _limited(limit_s: float) -> aiohttp.ClientMiddlewareType:
    """LiveKit's client takes a limit and then asks every question with none."""

    async def ask(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        async with asyncio.timeout(limit_s):
            response = await handler(request)
            await response.read()
        return response

    return ask


def http_url(url: str) -> str:
    """LiveKit's address for a plain request: LIVEKIT_URL is mostly written as ws:// or wss://."""
    return "http" + url.removeprefix("ws") if url.startswith("ws") else url


@asynccontextmanager
async def translated_errors() -> AsyncIterator[None]:
    """Turn the errors of livekit.api into ServerRefused."""
    try:
        yield
    except ServerError as error:
        code = _CODES.get(error.status, error.code)
        message = error.message or "LiveKit refused without a word"
        raise ServerRefused(code, message, _REMEDIES.get(code, "")) from error
    except (aiohttp.ClientError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        raise ServerRefused(
            "unreachable", f"LiveKit could not be reached: {reason}", f"Check {_URL}"
        ) from error

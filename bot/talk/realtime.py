"""Whether the realtime model is there."""

import asyncio
import logging

import aiohttp

from bot.livekit_gaps import realtime_url
from bot.settings import Settings

logger = logging.getLogger("storyline.realtime")

_PROBE_LIMIT_S = 4.0


async def is_reachable(settings: Settings) -> bool:
    """Open a connection to the realtime model and close it again.

    A model that is known to be away costs the caller nothing; one found away at the handover
    costs five seconds of silence in the library.
    """
    providers = settings.providers
    url = realtime_url(providers.openai_base_url, settings.story.realtime_model)
    headers = {"Authorization": f"Bearer {providers.openai_api_key.get_secret_value()}"}
    try:
        async with (
            asyncio.timeout(_PROBE_LIMIT_S),
            aiohttp.ClientSession() as http,
            http.ws_connect(url, headers=headers),
        ):
            return True
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        # Not the whole error: its text holds the request's headers, and with them the key.
        logger.warning(
            "the realtime model is away",
            extra={"error": type(error).__name__, "status": getattr(error, "status", None)},
        )
        return False

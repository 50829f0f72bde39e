"""Whether the realtime model can be reached, found out while Echo still asks for the name."""

import asyncio
import logging

import aiohttp
from livekit.plugins.openai.realtime.realtime_model import process_base_url

from bot.settings import Settings

logger = logging.getLogger("storyline.realtime")

_PROBE_LIMIT_S = 4.0


async def is_reachable(settings: Settings) -> bool:
    """Open a connection to the realtime model and close it again.

    A model that is known to be away costs the caller nothing; one found away at the handover
    costs five seconds of silence in the library.
    """
    providers = settings.providers
    url = process_base_url(providers.openai_base_url, settings.story.realtime_model)
    headers = {"Authorization": f"Bearer {providers.openai_api_key.get_secret_value()}"}
    try:
        async with (
            asyncio.timeout(_PROBE_LIMIT_S),
            aiohttp.ClientSession() as http,
            http.ws_connect(url, headers=headers),
        ):
            return True
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        logger.warning("the realtime model is away", extra={"error": repr(error)})
        return False

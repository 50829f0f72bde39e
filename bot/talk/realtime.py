"""The realtime model of one call: whether it is there, and losing it without losing the call."""

import asyncio
import logging

import aiohttp
from livekit.agents import APIError
from livekit.plugins.openai import realtime

from bot.settings import Settings

logger = logging.getLogger("storyline.realtime")

_PROBE_LIMIT_S = 4.0


class RealtimeModel(realtime.RealtimeModel):
    """OpenAI's realtime model, from which a session can always be taken over.

    In livekit-agents 1.8.9 closing a session whose connection was lost raises the old connection
    error again, in the middle of the handover to the agent that should take over: the handover
    then never happens and the caller sits in silence.
    """

    def session(self, *, turn_detection_disabled: bool = False) -> realtime.RealtimeSession:
        session = _Session(self, turn_detection_disabled=turn_detection_disabled)
        self._sessions.add(session)
        return session


class _Session(realtime.RealtimeSession):
    async def aclose(self) -> None:
        try:
            await super().aclose()
        except APIError as error:  # was reported when it happened, as an "error" event
            logger.info("closed a lost realtime session", extra={"error": repr(error)})


async def is_reachable(settings: Settings) -> bool:
    """Open a connection to the realtime model and close it again.

    A model that is known to be away costs the caller nothing; one found away at the handover
    costs five seconds of silence in the library.
    """
    providers = settings.providers
    url = realtime.realtime_model.process_base_url(
        providers.openai_base_url, settings.story.realtime_model
    )
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

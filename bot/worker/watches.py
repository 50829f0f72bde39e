"""The two watches over the calls: one from the database, one from LiveKit's rooms."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from livekit import api

from bot.records import Records
from bot.settings import Settings
from bot.worker.guardian import Guardian
from bot.worker.room_watch import RoomWatch
from bot.worker.rooms import Rooms

# LiveKit's client has no limit of its own: a stuck question would blind the watch for minutes.
_API_LIMIT_S = 4.0


@asynccontextmanager
async def watches(settings: Settings) -> AsyncIterator[RoomWatch]:
    """Both watches run for as long as the block lasts, in any number of processes at once."""
    async with (
        Records.open(settings.database_url) as records,
        livekit_api(settings) as livekit,
    ):
        rooms = Rooms(livekit, settings.worker.agent_name)
        room_watch = RoomWatch(rooms)
        tasks = [
            asyncio.create_task(Guardian(records.calls, rooms).run(), name="guardian"),
            asyncio.create_task(room_watch.run(), name="room watch"),
        ]
        try:
            yield room_watch
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def livekit_api(settings: Settings) -> api.LiveKitAPI:
    """LiveKit's API with our key; a question that is not answered in time raises TimeoutError."""
    livekit = settings.livekit
    return api.LiveKitAPI(
        livekit.url,
        livekit.api_key.get_secret_value(),
        livekit.api_secret.get_secret_value(),
        timeout=aiohttp.ClientTimeout(total=_API_LIMIT_S),
    )

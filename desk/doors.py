"""The real doors: LiveKit's API, the worker's health page, the doctor."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import aiohttp
from livekit import rtc
from livekit.api import ServerError

from bot import messages
from bot.doctor.agent import look_at_agent
from bot.doctor.providers import look_at_providers
from bot.messages import Message
from bot.records import CallRecord
from bot.settings import Settings
from bot.settings.environment import read_environment
from desk.listening import listen
from desk.office import DoorClosed
from sip.doctor.finding import Finding, failed
from sip.doctor.walk import walk
from sip.errors import SipError
from sip.manifest.manifest import load_manifest

_API_LIMIT_S = 4.0
_WORKER_LIMIT_S = 1.0
_MANIFEST = Path("trunks.yaml")


class Doors:
    """Asks others to act, with the settings of the worker."""

    def __init__(self, settings: Settings) -> None:
        self._access = settings.livekit.access
        self._worker = settings.worker

    async def say_goodbye(self, call: CallRecord) -> None:
        """Ask a call to end with Echo's goodbye. Raises DoorClosed."""
        try:
            async with self._access.connect(limit_s=_API_LIMIT_S) as livekit:
                await messages.send(
                    livekit, self._access.api_secret, call.room_name, Message.GOODBYE
                )
        except (ServerError, aiohttp.ClientError, TimeoutError) as error:
            raise DoorClosed(f"LiveKit did not take it ({type(error).__name__})") from error

    async def listen(self, call: CallRecord) -> AsyncGenerator[bytes, None]:
        """Both voices of a call. Raises DoorClosed before the first sound."""
        try:
            async with aclosing(listen(self._access, call.room_name)) as sound:
                async for part in sound:
                    yield part
        except rtc.ConnectError as error:
            raise DoorClosed("LiveKit let nobody in") from error

    async def look_at_line(self) -> list[Finding]:
        """What `provision-trunk doctor` would say of the file in this folder."""
        environment = read_environment()
        try:
            manifest = load_manifest(_MANIFEST, environment, allow_open=True)
        except (SipError, OSError) as error:
            remedy = "Start the desk in the folder of trunks.yaml"
            return [failed("trunks.yaml", str(error).splitlines()[0], remedy)]
        return [
            look_at_providers(environment),
            *await walk(manifest, environment, look_at_agent),
        ]

    async def worker(self) -> dict[str, Any] | None:
        """The figures of the worker's health page on this machine; None when nobody answers."""
        limit = aiohttp.ClientTimeout(total=_WORKER_LIMIT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.get(f"http://127.0.0.1:{self._worker.port}/worker") as answer,
            ):
                figures: dict[str, Any] = await answer.json()
                return figures if isinstance(figures, dict) else None
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None

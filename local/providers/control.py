"""How a test arms faults, loads scripts and reads what was asked."""

from dataclasses import asdict
from typing import Any

import aiohttp
from pydantic import TypeAdapter

from local.providers.faults import Fault
from local.providers.script import Script
from local.providers.seen import SeenRequest

SEEN: TypeAdapter[list[SeenRequest]] = TypeAdapter(list[SeenRequest])


class ControlError(Exception):
    """The providers refused a control request."""


class ControlClient:
    """Talks to the control plane of the providers at `base_url` (http://127.0.0.1:PORT)."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")

    async def fault(self, fault: Fault) -> None:
        """Arms one more fault."""
        await self._ask("POST", "faults", asdict(fault))

    async def clear_faults(self) -> None:
        await self._ask("DELETE", "faults")

    async def script(self, script: Script) -> None:
        """Replaces what is left of the script."""
        await self._ask("POST", "script", asdict(script))

    async def clear_script(self) -> None:
        await self._ask("DELETE", "script")

    async def requests(self) -> list[SeenRequest]:
        """What was asked lately, oldest first."""
        return SEEN.validate_json(await self._ask("GET", "requests"))

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> bytes:
        url = f"{self._base_url}/control/{path}"
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, json=body) as response,
        ):
            answer = await response.read()
        if response.status >= 400:
            raise ControlError(f"{method} {path}: {response.status} {answer.decode()}")
        return answer

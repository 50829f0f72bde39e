"""A desk to test with, and somebody who looks at it."""

import re
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2

from bot.records import CallRecord, Limit, Records
from bot.records.sound.shelf import Shelf
from desk.app import make_app
from desk.office import DoorClosed, Office
from desk.security.password import Attempts
from sip.doctor.finding import Finding, failed
from tests.bot.records.records import NOON

SECRET = "a-secret-of-livekit-that-is-long-enough"
PASSWORD = "open sesame"
SOUND = b"RIFF and two voices"


class ADesk:
    """`get` and `post` as a browser would; a form is sent with the token of its page."""

    def __init__(
        self,
        records: Records,
        *,
        password: str | None = None,
        attempts: Attempts | None = None,
        host: str = "127.0.0.1",
        is_https: bool = False,
        recordings: Path | None = None,
    ) -> None:
        self.records = records
        self.told: list[str] = []
        self.door_is_closed = False
        self.now = NOON + timedelta(minutes=1)
        self.worker: dict[str, Any] | None = {"active_jobs": 1, "max_calls": 8}
        self.office = Office(
            records=records,
            say_goodbye=self._say_goodbye,
            listen=self._listen,
            look_at_line=self._look,
            worker=self._worker,
            clock=self._clock,
            recordings=Shelf(recordings or Path("no-such-folder")),
            line_limits={Limit.CALLS_PER_DAY: 100, Limit.MINUTES_PER_DAY: 300},
            region="US",
            keeps_words=True,
        )
        app = make_app(
            self.office,
            secret=SECRET,
            password=password,
            attempts=attempts,
            is_https=is_https,
        )
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app, raise_app_exceptions=False),
            base_url=f"http://{host}",
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.client.aclose()

    async def get(self, path: str) -> httpx2.Response:
        return await self.client.get(path)

    async def page(self, path: str) -> str:
        answer = await self.get(path)
        assert answer.status_code == 200, answer.text
        return str(answer.text)

    async def post(self, path: str, *, on: str = "/outbound", **form: str) -> httpx2.Response:
        """Send a form with the token of the page `on`."""
        return await self.client.post(path, data={"token": await self.token(on), **form})

    async def token(self, page: str = "/outbound") -> str:
        found = re.search(r'name="token" value="([^"]+)"', (await self.get(page)).text)
        assert found is not None
        return found.group(1)

    async def log_in(self, password: str = PASSWORD) -> httpx2.Response:
        return await self.post("/login", on="/login", password=password)

    async def _say_goodbye(self, call: CallRecord) -> None:
        if self.door_is_closed:
            raise DoorClosed("LiveKit did not take it (TimeoutError)")
        self.told.append(call.call_id)

    async def _listen(self, call: CallRecord) -> AsyncGenerator[bytes, None]:
        if self.door_is_closed:
            raise DoorClosed("LiveKit let nobody in")
        yield SOUND[:4]
        yield SOUND[4:]

    async def _look(self) -> list[Finding]:
        return [failed("keys", "the server does not accept them", "Check <LIVEKIT_API_KEY>")]

    async def _worker(self) -> dict[str, Any] | None:
        return self.worker

    def _clock(self) -> datetime:
        return self.now

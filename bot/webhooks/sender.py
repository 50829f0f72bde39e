"""Sends the letters of the outbox: in every worker and every watch, one of them each letter."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import aiohttp
from standardwebhooks import Webhook

from bot.records import Records, RecordsError, utc_now
from bot.records.outbox import Letter
from bot.settings.telling import WebhookSettings
from bot.webhooks.address import PublicResolver
from bot.webhooks.body import body

logger = logging.getLogger("storyline.webhooks")

_LOOK_S = 1.0
_AT_ONCE = 5
_ANSWER_S = 15.0
# Longer than an answer may take; who died while sending is followed by somebody else then.
_CLAIM_S = 60.0
_WAITS_S = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600)
_GIVE_UP_S = 3 * 86_400


class Sender:
    """`run` sends what is due until cancelled; nothing else ends it."""

    def __init__(
        self,
        records: Records,
        settings: WebhookSettings,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        assert settings.url is not None and settings.secret is not None
        self._records = records
        self._outbox = records.outbox
        self._url = settings.url.get_secret_value()
        self._signer = Webhook(settings.secret.get_secret_value())
        self._reaches_private = settings.reaches_private == "yes"
        self._clock = clock
        self._is_blind = False

    async def run(self) -> None:
        async with self._session() as session:
            while True:
                try:
                    await self.send_due(session)
                    self._is_blind = False
                except RecordsError as error:
                    if not self._is_blind:
                        logger.warning("the outbox cannot be read", extra={"error": str(error)})
                    self._is_blind = True
                await asyncio.sleep(_LOOK_S)

    async def send_due(self, session: aiohttp.ClientSession) -> None:
        """Send what is due now, one after the other. Raises RecordsError."""
        for letter in await self._outbox.due(self._clock(), _AT_ONCE):
            await self._send(session, letter)

    def _session(self) -> aiohttp.ClientSession:
        resolver = None if self._reaches_private else PublicResolver()
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver),
            timeout=aiohttp.ClientTimeout(total=_ANSWER_S),
        )

    async def _send(self, session: aiohttp.ClientSession, letter: Letter) -> None:
        if not await self._outbox.claim(letter, self._clock(), _CLAIM_S):
            return
        record = await self._records.calls.get(letter.call_id)
        if record is None:  # forgotten meanwhile
            await self._outbox.refused(letter.call_id, None, "the call is forgotten")
            return
        text = body(record, await self._records.diaries.of(letter.call_id))
        was_taken, answer = await self._post(session, letter.letter_id, text)
        if was_taken:
            await self._outbox.taken(letter.call_id, self._clock(), answer)
            return
        next_at = self._next(letter)
        logger.warning(
            "a webhook was not taken",
            extra={"call": letter.call_id, "answer": answer, "again": next_at is not None},
        )
        await self._outbox.refused(letter.call_id, next_at, answer)

    async def _post(
        self, session: aiohttp.ClientSession, letter_id: str, text: str
    ) -> tuple[bool, str]:
        """Whether it was taken, and the answer in a few words. A redirection is no yes."""
        now = self._clock()
        headers = {
            "content-type": "application/json",
            "webhook-id": letter_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer.sign(letter_id, now, text),
        }
        try:
            async with session.post(
                self._url, data=text.encode(), headers=headers, allow_redirects=False
            ) as answer:
                return 200 <= answer.status < 300, f"HTTP {answer.status}"
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return False, type(error).__name__

    def _next(self, letter: Letter) -> datetime | None:
        wait_s = _WAITS_S[min(letter.attempts, len(_WAITS_S) - 1)]
        next_at = self._clock() + timedelta(seconds=wait_s)
        over = next_at - letter.written_at > timedelta(seconds=_GIVE_UP_S)
        return None if over else next_at

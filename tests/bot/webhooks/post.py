"""Senders, one receiver, and a clock that a test moves forward."""

import asyncio
from datetime import datetime, timedelta

import aiohttp
import pytest

from bot.records import CallRecord, EndReason, Records, utc_now
from bot.records.outbox import Letter
from bot.settings.telling import WebhookSettings
from bot.webhooks.sender import Sender
from tests.bot.records.records import a_call
from tests.bot.webhooks.receiver import SECRET, Receiver


class Post:
    """Senders, one receiver, and a clock that a test moves forward.

    The receiver looks at the age of a signature by the real clock, so signatures are made by it:
    the clock of the test decides what is due.
    """

    def __init__(self, records: Records, receiver: Receiver) -> None:
        self.records = records
        self.receiver = receiver
        self.ahead = timedelta()

    def sender(self, *, reaches_private: str = "yes", url: str = "") -> Sender:
        settings = WebhookSettings.model_validate(
            {
                "CRM_WEBHOOK_URL": url or self.receiver.url,
                "CRM_WEBHOOK_SECRET": SECRET,
                "STORYLINE_WEBHOOK_PRIVATE": reaches_private,
            }
        )
        return Sender(self.records, settings, clock=self.now)

    def now(self) -> datetime:
        return utc_now() + self.ahead

    async def deliver(self, *senders: Sender) -> None:
        """All of them look once."""
        async with aiohttp.ClientSession() as session:
            senders = senders or (self.sender(),)
            await asyncio.gather(*(each.send_due(session) for each in senders))

    async def after(self, hours: float, *senders: Sender) -> None:
        """So much later, with senders that look every few minutes."""
        end = self.ahead + timedelta(hours=hours)
        while self.ahead < end:
            self.ahead += timedelta(minutes=5)
            await self.deliver(*senders)

    async def a_call_ends(self) -> CallRecord:
        call = a_call(ended_at=self.now() - timedelta(seconds=10), end_reason=EndReason.SILENCE)
        await self.records.calls.save(call)
        return call

    async def letter(self, call: CallRecord) -> Letter:
        letter = await self.records.outbox.get(call.call_id)
        assert letter is not None
        return letter


def sign_by_the_real_clock(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """The receiver's library refuses signatures of the future that the test's clock makes."""
    original = Sender._post

    async def signed_now(self: Sender, *arguments: object) -> tuple[bool, str]:
        ahead, post.ahead = post.ahead, timedelta()
        try:
            return await original(self, *arguments)  # type: ignore[arg-type]
        finally:
            post.ahead = ahead

    monkeypatch.setattr(Sender, "_post", signed_now)

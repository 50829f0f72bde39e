"""What calls are made from: the ledger, LiveKit, and the way out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from livekit.api import LiveKitAPI

from bot.orders.placer import Placer
from bot.orders.request import Request, make_order
from bot.records import CallStore, Ledger, Order, utc_now
from bot.settings import Settings
from sip.calls.outbound_trunk import WayOut, find_way_out


@dataclass(frozen=True)
class Office:
    """What calls are made from: the ledger, LiveKit, and the way out."""

    settings: Settings
    ledger: Ledger
    placer: Placer
    way_out: WayOut

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, trunk: str | None, from_number: str | None
    ) -> AsyncIterator[Office]:
        """Raises ServerRefused, TrunkNotFound, InvalidNumber."""
        livekit = settings.livekit
        async with (
            Ledger.open(settings.database_url) as ledger,
            CallStore.open(settings.database_url) as store,
            LiveKitAPI(
                livekit.url,
                livekit.api_key.get_secret_value(),
                livekit.api_secret.get_secret_value(),
            ) as api,
        ):
            way_out = await find_way_out(api.sip, trunk or settings.outbound.trunk, from_number)
            placer = Placer(
                ledger,
                store,
                api,
                agent_name=settings.worker.agent_name,
                secret=livekit.api_secret.get_secret_value(),
            )
            yield cls(settings, ledger, placer, way_out)

    def order(self, request: Request) -> Order:
        """The order for a request. Raises NumberRefused."""
        outbound, max_call_s = self.settings.outbound, self.settings.call.max_call_s
        return make_order(request, self.way_out, outbound, max_call_s, utc_now())

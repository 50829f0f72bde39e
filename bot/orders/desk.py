"""Where calls are asked for: the records, LiveKit, and the way out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Self

from bot.orders.placer import Placer
from bot.orders.request import Request, limits_of, make_order
from bot.records import CallRecord, Direction, Order, OrderRefused, Records, utc_now
from bot.settings import Settings
from sip.calls.outbound_trunk import WayOut, find_way_out

# Twenty commands at once ask one after another.
PATIENCE_S = 10.0


class Desk:
    """Turns requests into orders by our rules, and has them carried out by `placer`."""

    def __init__(
        self, settings: Settings, records: Records, placer: Placer, way_out: WayOut
    ) -> None:
        self._settings = settings
        self._limits = limits_of(settings.outbound, settings.limits)
        self._records = records
        self.placer = placer
        self.way_out = way_out

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: Settings, trunk: str | None, from_number: str | None
    ) -> AsyncIterator[Self]:
        """Raises SchemaError, DatabaseUnavailable, ServerRefused, TrunkNotFound, InvalidNumber."""
        access = settings.livekit.access
        async with (
            Records.open(
                settings.database_url,
                patience_s=PATIENCE_S,
                announces=settings.webhooks.is_on,
            ) as records,
            access.connect() as api,
        ):
            await records.check_tables()
            way_out = await find_way_out(api.sip, trunk or settings.outbound.trunk, from_number)
            placer = Placer(
                records,
                api,
                agent_name=settings.worker.agent_name,
                secret=access.api_secret,
            )
            yield cls(settings, records, placer, way_out)

    @property
    def calls_at_once(self) -> int:
        """How many calls one trunk may have."""
        return self._limits.at_once

    async def resume(self, request: Request) -> Request:
        """The request with number, name and place of the call that it resumes; any other as it is.

        Raises OrderRefused when nothing of that call's story is there to go on with. A key that was
        used already is for its own order to answer.
        """
        if request.resumes is None:
            return request
        record = await self._records.calls.get(request.resumes)
        if record is None:
            raise OrderRefused(
                f"there is no call {request.resumes}: `python -m bot.records` shows ids"
            )
        outbound = record.direction is Direction.OUTBOUND
        number = record.to_number if outbound else record.from_number
        if not number:
            raise OrderRefused("the caller of that call showed no number")
        request = replace(request, number=number)
        key = request.idempotency_key
        if key is not None and await self._records.orders.with_key(key) is not None:
            return request
        keep = self._settings.kept.unfinished
        thread = await self._records.unfinished.find(record.call_id, utc_now(), keep)
        if thread is None:
            raise OrderRefused(_why_not(record, keep))
        return replace(request, name=thread.name, location=thread.location)

    def order(self, request: Request) -> Order:
        """The order for a request. Raises NumberRefused, OutsideHours."""
        max_call_s = self._settings.call.max_call_s
        return make_order(request, self.way_out, self._settings.outbound, max_call_s, utc_now())

    async def check(self, order: Order, *, again: bool = False) -> Order | None:
        """What `accept` would do, without writing: an older order of the same key, or None.

        Raises OrderRefused, NotNow, DatabaseUnavailable.
        """
        return await self._records.orders.check(order, self._limits, again=again)

    async def accept(self, order: Order, *, again: bool = False) -> tuple[Order, bool]:
        """Write it down; the order, and whether it is new. Raises the same."""
        return await self.placer.accept(order, self._limits, again=again)

    async def history(self, number: str, prefix: str) -> list[Order]:
        """Every order for `number` whose key begins with `prefix`, the oldest first."""
        return await self._records.orders.with_keys(number, prefix)


def _why_not(record: CallRecord, keep: timedelta) -> str:
    """Why nobody can go on with the story of this call."""
    if record.ended_at is None:
        return "that call is not over"
    if not keep:
        return "stories that broke off are not kept (STORYLINE_RESUME_MINUTES=0)"
    if utc_now() - record.ended_at > keep:
        minutes = keep.total_seconds() / 60
        return f"that call ended more than {minutes:g} minutes ago (STORYLINE_RESUME_MINUTES)"
    return "no story of that call broke off, or another call goes on with it already"

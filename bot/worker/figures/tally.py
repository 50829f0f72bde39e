"""Counts the calls that end, from the database: whoever closed them."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.records import CallRecord, Records, RecordsError, utc_now
from bot.worker.figures.metrics import Metrics

logger = logging.getLogger("storyline.metrics")

_LOOK_S = 5.0
# The diary of a call is written a moment after its record.
_DIARY = timedelta(seconds=5)
# A record that was written late, or by a machine whose clock is behind, is counted still.
_LATE = timedelta(minutes=5)


class Tally:
    """`run` counts until cancelled. Calls that ended before it began are not counted."""

    def __init__(
        self, records: Records, metrics: Metrics, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._records = records
        self._metrics = metrics
        self._clock = clock
        self._began_at = clock()
        self._counted: dict[str, datetime] = {}

    async def run(self) -> None:
        is_blind = False
        while True:
            try:
                await self.look()
                is_blind = False
            except RecordsError as error:
                if not is_blind:
                    logger.warning("calls are not counted now", extra={"error": str(error)})
                is_blind = True
            await asyncio.sleep(_LOOK_S)

    async def look(self) -> None:
        """Count what has ended since. Raises RecordsError."""
        now = self._clock()
        since = max(self._began_at, now - _LATE)
        ended = await self._records.survey.ended(since, now - _DIARY)
        for record in ended:
            if record.call_id not in self._counted:
                await self._count(record)
        self._counted = {
            call_id: at for call_id, at in self._counted.items() if at > now - 2 * _LATE
        }
        self._metrics.backlog.set(await self._records.outbox.waiting())

    async def _count(self, record: CallRecord) -> None:
        diary = await self._records.diaries.of(record.call_id)
        order = await self._records.orders.get(record.call_id)
        self._metrics.count(record, diary, order)
        self._counted[record.call_id] = record.ended_at or self._clock()

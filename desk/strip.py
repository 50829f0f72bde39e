"""What calls came to today and in a week, counted now and then: it takes longer than a page."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.records import Records
from bot.records.survey import Figures

# With a million calls, counting a week takes 0.3 s.
_FRESH = timedelta(seconds=30)


class Strip:
    """The figures above the calls, at most half a minute old."""

    def __init__(self, records: Records, clock: Callable[[], datetime]) -> None:
        self._records = records
        self._clock = clock
        self._counting = asyncio.Lock()
        self._counted_at: datetime | None = None
        self._figures: list[tuple[str, Figures]] = []

    async def figures(self) -> list[tuple[str, Figures]]:
        """Each with what it is of. Raises DatabaseUnavailable."""
        async with self._counting:
            now = self._clock()
            if self._counted_at is None or now - self._counted_at >= _FRESH:
                self._figures = await self._count(now)
                self._counted_at = now
            return self._figures

    async def _count(self, now: datetime) -> list[tuple[str, Figures]]:
        survey = self._records.survey
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return [
            ("today", await survey.figures(today)),
            ("7 days", await survey.figures(now - timedelta(days=7))),
        ]

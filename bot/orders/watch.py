"""Watching an order in the ledger, through a database that is away for a while."""

import asyncio

from bot.records import DatabaseUnavailable, Ledger, Order, utc_now

# A call lasts minutes; a database that restarts in the middle of it is no reason to look away.
PATIENCE_S = 60.0
_BURIAL_S = 2.0


class Watch:
    """The order as it was last seen. Orders whose job died are ended on the way."""

    def __init__(self, ledger: Ledger, order: Order) -> None:
        self.order = order
        self._ledger = ledger
        self._loop = asyncio.get_running_loop()
        self._seen_s = self._buried_s = self._loop.time()

    async def look(self) -> Order:
        """Look again. Raises DatabaseUnavailable after a minute without an answer."""
        try:
            self.order = await self._ledger.get(self.order.call_id) or self.order
            if self._loop.time() - self._buried_s > _BURIAL_S:
                self._buried_s = self._loop.time()
                await self._ledger.bury_the_dead(utc_now())
        except DatabaseUnavailable:
            if self._loop.time() - self._seen_s > PATIENCE_S:
                raise
        else:
            self._seen_s = self._loop.time()
        return self.order

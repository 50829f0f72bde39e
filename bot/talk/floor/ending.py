"""How a call ends: the first reason counts, and everybody learns of it."""

import asyncio

from bot.records.record import EndReason


class Ending:
    """Set once, by whoever ends the call; later reasons are consequences of the first."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.reason: EndReason | None = None
        self.error: str | None = None
        self._decided: tuple[EndReason, str | None] | None = None

    def decide(self, reason: EndReason, error: str | None = None) -> None:
        """Say why the call will end, before it does: whoever ends it then, this is the reason."""
        self._decided = (reason, error)

    def set(self, reason: EndReason, error: str | None = None) -> None:
        """End the call. `error` says more when the end was nobody's wish."""
        if self.reason is None:
            self.reason, self.error = self._decided or (reason, error)
            self._event.set()

    async def wait(self) -> EndReason:
        """Return the reason as soon as there is one."""
        await self._event.wait()
        assert self.reason is not None
        return self.reason

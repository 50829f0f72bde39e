"""One call for a command: ask for it, follow it, and stop it when the operator says so."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.orders.placer import Placer, Until
from bot.orders.request import Request, limits_of
from bot.orders.result import Result
from bot.records import Order, OrderRefused, OrderState
from bot.settings import Settings
from scripts.calling_text import Screen
from scripts.office import Office
from sip.calls.number import mask_number
from sip.errors import NumberRefused


@dataclass(frozen=True)
class Wish:
    """What was typed."""

    request: Request
    trunk: str | None
    from_number: str | None
    until: Until
    again: bool


async def check_call(settings: Settings, wish: Wish) -> Result | str:
    """What a call would come to, without calling anybody."""
    async with Office.open(settings, wish.trunk, wish.from_number) as office:
        try:
            order = office.order(wish.request)
            limits = limits_of(settings.outbound)
            older = await office.ledger.check(order, limits, again=wish.again)
        except (NumberRefused, OrderRefused) as refusal:
            return Result.refused(refusal.reason)
        if older is not None:
            return f"The key has been used: the outcome is {older.outcome or older.state.value}."
        caller = mask_number(order.from_number)
        return (
            f"Would call {mask_number(order.number)} from {caller} by {office.way_out.trunk_name}."
        )


async def make_call(settings: Settings, wish: Wish, screen: Screen) -> Result:
    """Make the call and tell how it came out. Raises SipError, RecordsError."""
    async with Office.open(settings, wish.trunk, wish.from_number) as office:
        try:
            wanted = office.order(wish.request)
            limits = limits_of(settings.outbound)
            order, is_first = await office.placer.accept(wanted, limits, again=wish.again)
        except (NumberRefused, OrderRefused) as refusal:
            return Result.refused(refusal.reason)
        follower = _Follower(office.placer, order, screen)
        with follower.listening():
            return await follower.follow(is_first=is_first, until=wish.until)


class _Follower:
    """Follows one order; an interruption stops it while it rings, and asks first afterwards."""

    def __init__(self, placer: Placer, order: Order, screen: Screen) -> None:
        self._placer = placer
        self._order = order
        self._screen = screen
        self._has_asked = False
        self._stopping: asyncio.Task[None] | None = None

    @contextmanager
    def listening(self) -> Iterator[None]:
        """While inside, Ctrl-C and SIGTERM are ours."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._on_interrupt)
        loop.add_signal_handler(signal.SIGTERM, self._stop)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            loop.remove_signal_handler(signal.SIGTERM)

    async def follow(self, *, is_first: bool, until: Until) -> Result:
        with self._screen.answers(self._stop, self._go_on):
            result = await self._placer.follow(
                self._order, is_first=is_first, until=until, on_progress=self._on_progress
            )
        if self._stopping is not None:
            await self._stopping
        return result

    def _on_progress(self, order: Order) -> None:
        self._order = order
        self._screen.show(order)

    def _on_interrupt(self) -> None:
        if self._order.state is OrderState.ANSWERED and not self._has_asked:
            self._has_asked = True
            self._screen.ask_to_end()
            return
        self._stop()

    def _go_on(self) -> None:
        self._has_asked = False

    def _stop(self) -> None:
        if self._stopping is None:
            self._screen.say("ending the call")
            self._stopping = asyncio.create_task(
                self._placer.stop(self._order), name="end the call"
            )

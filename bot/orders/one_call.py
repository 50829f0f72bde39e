"""One call, asked for by a person: made, followed, and stopped when they say so."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from bot.orders.desk import Desk
from bot.orders.interrupts import interrupts
from bot.orders.placer import Placer, Until
from bot.orders.request import Request
from bot.orders.result import Result
from bot.records import Order, OrderRefused, OrderState
from sip.calls.number import mask_number
from sip.errors import NumberRefused


class Screen(Protocol):
    """What the person sees, and where they answer."""

    def show(self, order: Order) -> None:
        """One step of the call."""
        ...

    def say(self, words: str) -> None: ...

    def ask_to_end(self) -> None:
        """Ask whether an answered call is to be ended."""
        ...

    def answers(
        self, on_yes: Callable[[], None], on_no: Callable[[], None]
    ) -> AbstractContextManager[None]:
        """While inside, the answer to that question is heard."""
        ...


async def check_call(desk: Desk, request: Request) -> Result | str:
    """What a call would come to, without calling anybody. Raises DatabaseUnavailable."""
    try:
        order = desk.order(await desk.resume(request))
        older = await desk.check(order, again=request.again)
    except (NumberRefused, OrderRefused) as refusal:
        return Result.refused(refusal.reason)
    if older is not None:
        return f"The key has been used: the outcome is {older.outcome or older.state.value}."
    caller, trunk = mask_number(order.from_number), desk.way_out.trunk_name
    return f"Would call {mask_number(order.number)} from {caller} by {trunk}."


async def make_call(desk: Desk, request: Request, screen: Screen, until: Until) -> Result:
    """Make the call and tell how it came out. Raises DatabaseUnavailable."""
    try:
        order = desk.order(await desk.resume(request))
        order, is_first = await desk.accept(order, again=request.again)
    except (NumberRefused, OrderRefused) as refusal:
        return Result.refused(refusal.reason)
    follower = _Follower(desk.placer, order, screen)
    with interrupts(on_interrupt=follower.interrupt, on_terminate=follower.stop):
        return await follower.follow(is_first=is_first, until=until)


class _Follower:
    """Follows one order; an interruption stops it while it rings, and asks first afterwards."""

    def __init__(self, placer: Placer, order: Order, screen: Screen) -> None:
        self._placer = placer
        self._order = order
        self._screen = screen
        self._has_asked = False
        self._stopping: asyncio.Task[None] | None = None

    async def follow(self, *, is_first: bool, until: Until) -> Result:
        with self._screen.answers(self.stop, self._go_on):
            result = await self._placer.follow(
                self._order, is_first=is_first, until=until, on_progress=self._on_progress
            )
        if self._stopping is not None:
            await self._stopping
        return result

    def interrupt(self) -> None:
        if self._order.state is OrderState.ANSWERED and not self._has_asked:
            self._has_asked = True
            self._screen.ask_to_end()
            return
        self.stop()

    def stop(self) -> None:
        if self._stopping is None:
            self._screen.say("ending the call")
            self._stopping = asyncio.create_task(
                self._placer.stop(self._order), name="end the call"
            )

    def _on_progress(self, order: Order) -> None:
        self._order = order
        self._screen.show(order)

    def _go_on(self) -> None:
        self._has_asked = False

"""Working through a list of people, within the limits, until each of them has an outcome."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.orders.number_list import (
    Call,
    Done,
    Follow,
    Retry,
    Row,
    Wait,
    next_step,
    row_prefix,
)
from bot.orders.request import OutsideHours
from bot.orders.result import Result
from bot.records import Order, OrderRefused, TrunkBusy
from sip.calls.outcome import Outcome
from sip.errors import NumberRefused

# A trunk that is full is asked again after this long.
_FULL_TRUNK_S = 1.0
_LOOKUPS_AT_ONCE = 3


class Desk(Protocol):
    """Who makes the calls of a list."""

    def order(self, row: Row, key: str) -> Order:
        """The order for one person. Raises NumberRefused, OutsideHours."""
        ...

    async def accept(self, order: Order) -> tuple[Order, bool]:
        """Write it down. Raises OrderRefused, TrunkBusy."""
        ...

    async def follow(self, order: Order, *, is_first: bool) -> Result:
        """See it through."""
        ...

    async def history(self, number: str, prefix: str) -> list[Order]:
        """Every order for `number` whose key begins with `prefix`, the oldest first."""
        ...


@dataclass(frozen=True)
class RowResult:
    """What became of one person. `later`: the list is to be run again for them."""

    row: Row
    outcome: Outcome | None
    sentence: str
    attempts: int = 0
    later: bool = False
    order: Order | None = field(default=None, repr=False)


class ListRunner:
    """Calls everybody on a list. `at_once` calls at the same time from this process."""

    def __init__(
        self,
        desk: Desk,
        name: str,
        rules: Mapping[Outcome, Retry],
        *,
        at_once: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._desk = desk
        self._name = name
        self._rules = rules
        self._places = asyncio.Semaphore(at_once)
        # A thousand people are not looked up with a thousand connections.
        self._lookups = asyncio.Semaphore(_LOOKUPS_AT_ONCE)
        self._clock = clock
        self._began_at = clock()
        self.stopping = asyncio.Event()

    async def run(
        self, rows: Sequence[Row], on_result: Callable[[RowResult], None] = lambda _: None
    ) -> list[RowResult]:
        """Work until everybody has an outcome, or has to wait for the next run.

        Once `stopping` is set, nobody else is called.
        """

        async def work(row: Row) -> RowResult:
            result = await self._work(row)
            on_result(result)
            return result

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work(row), name=f"line {row.line}") for row in rows]
        return [task.result() for task in tasks]

    async def _work(self, row: Row) -> RowResult:
        while True:
            try:
                number = self._desk.order(row, "").number
            except OutsideHours as closed:
                return RowResult(row, None, f"Not called yet: {closed.reason}.", later=True)
            except NumberRefused as refusal:
                return RowResult(row, Outcome.REFUSED, f"Not called: {refusal.reason}.")
            prefix = row_prefix(self._name, number)
            async with self._lookups:
                history = await self._desk.history(number, prefix)
            step = next_step(history, self._rules, began_at=self._began_at, now=self._clock())
            match step:
                case Done(order):
                    result = Result.of(order, None, is_first=False)
                    return RowResult(
                        row, result.outcome, result.sentence, len(history), order=order
                    )
                case Wait() | Call() if self.stopping.is_set():
                    stopped = "Not called: the list was stopped."
                    return RowResult(row, None, stopped, len(history), later=True)
                case Wait(until):
                    await self._pause((until - self._clock()).total_seconds())
                case Follow(order):
                    await self._desk.follow(order, is_first=False)
                case Call(attempt):
                    refused = await self._call(row, f"{prefix}{attempt}")
                    if refused is not None:
                        return RowResult(row, Outcome.REFUSED, refused, len(history))

    async def _call(self, row: Row, key: str) -> str | None:
        """Make one call; returns why it was refused."""
        async with self._places:
            if self.stopping.is_set():
                return None
            try:
                order, is_first = await self._desk.accept(self._desk.order(row, key))
            except TrunkBusy:
                await self._pause(_FULL_TRUNK_S)
                return None
            except OrderRefused as refusal:
                return f"Not called: {refusal.reason}."
            except NumberRefused:
                return None  # it has become too late in the day: said in the next round
            await self._desk.follow(order, is_first=is_first)
            return None

    async def _pause(self, pause_s: float) -> None:
        """Wait, but no longer than until the list is stopped."""
        try:
            async with asyncio.timeout(max(pause_s, 0)):
                await self.stopping.wait()
        except TimeoutError:
            return

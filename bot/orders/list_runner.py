"""Working through a list of people, within the limits, until each of them has an outcome."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.orders.desk import Desk
from bot.orders.interrupts import interrupts
from bot.orders.list_result import RowResult
from bot.orders.number_list import (
    Call,
    Done,
    Follow,
    Later,
    Retry,
    Row,
    Wait,
    next_step,
    row_prefix,
)
from bot.orders.request import OutsideHours, Request
from bot.orders.result import Result
from bot.records import DatabaseUnavailable, NotNow, NotToday, Order, OrderRefused, utc_now
from sip.calls.outcome import Outcome
from sip.errors import NumberRefused

logger = logging.getLogger("storyline.outbound")

# A database that restarts in the middle of a list is no reason to leave it.
PATIENCE_S = 60.0
# A trunk that is full, a number that is being called, a database that is away: asked again then.
_AGAIN_S = 1.0
_LOOKUPS_AT_ONCE = 3

_STOPPED = "Not called: the list was stopped."
_AWAY = "Left for later: the database is away."


class ListRunner:
    """Calls everybody on a list called `name`. `each`: how, whoever it is."""

    def __init__(
        self,
        desk: Desk,
        name: str,
        rules: Mapping[Outcome, Retry],
        each: Request,
        *,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk = desk
        self._name = name
        self._rules = rules
        self._each = each
        self._places = asyncio.Semaphore(desk.calls_at_once)
        # A thousand people are not looked up with a thousand connections.
        self._lookups = asyncio.Semaphore(_LOOKUPS_AT_ONCE)
        self._clock = clock
        self._monotonic = monotonic
        self._began_at = clock()
        self._stopping = asyncio.Event()
        self._live: dict[str, Order] = {}
        self._ending: list[asyncio.Task[None]] = []
        # For the whole list: a thousand people do not each wait for a minute.
        self._away_since_s: float | None = None
        self._has_given_up = False

    async def run(
        self, rows: Sequence[Row], on_result: Callable[[RowResult], None] = lambda _: None
    ) -> list[RowResult]:
        """Work until everybody has an outcome, or is left for the next run.

        Nothing that goes wrong with one person is in the way of the others.
        """

        async def work(row: Row) -> RowResult:
            result = await self._work(row)
            on_result(result)
            return result

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work(row), name=f"line {row.line}") for row in rows]
        await asyncio.gather(*self._ending)
        return [task.result() for task in tasks]

    def stop(self) -> None:
        """Call nobody else; asked a second time, end the calls in progress too."""
        if not self._stopping.is_set():
            self._stopping.set()
            return
        self._ending.extend(
            asyncio.create_task(self._desk.placer.stop(order), name="end a call of the list")
            for order in self._live.values()
        )

    async def _work(self, row: Row) -> RowResult:
        while True:
            if self._has_given_up:
                return RowResult(row, None, _AWAY, later=True)
            try:
                result = await self._take_step(row)
            except DatabaseUnavailable as error:
                await self._wait_for_the_database(error)
            # The edge of another person's call: the list goes on whatever happens here.
            except Exception as error:
                logger.exception("a row of the list stumbled", extra={"line": row.line})
                sentence = f"Left for later: an unforeseen {type(error).__name__}."
                return RowResult(row, None, sentence, later=True)
            else:
                self._away_since_s = None
                if result is not None:
                    return result

    async def _take_step(self, row: Row) -> RowResult | None:
        """What is to be done for one person now; None when there may be more to do."""
        try:
            number = self._order(row, "").number
        except OutsideHours as closed:
            return RowResult(row, None, f"Not called yet: {closed.reason}.", later=True)
        except NumberRefused as refusal:
            return RowResult(row, Outcome.REFUSED, f"Not called: {refusal.reason}.")
        prefix = row_prefix(self._name, number)
        async with self._lookups:
            history = await self._desk.history(number, prefix)
        made = len(history)
        match next_step(history, self._rules, began_at=self._began_at, now=self._clock()):
            case Done(order):
                result = Result.of(order, None, is_first=False)
                return RowResult(row, result.outcome, result.sentence, made, order=order)
            case Later(order):
                sentence = Result.of(order, None, is_first=False).sentence
                return RowResult(row, None, sentence, made, later=True, order=order)
            case Wait() | Call() if self._stopping.is_set():
                return RowResult(row, None, _STOPPED, made, later=True)
            case Wait(until):
                await self._pause((until - self._clock()).total_seconds())
            case Follow(order):
                await self._follow(order, is_first=False)
            case Call(attempt):
                return await self._call(row, f"{prefix}{attempt}", made)
        return None

    async def _call(self, row: Row, key: str, made: int) -> RowResult | None:
        """Make one call, if it can be made now; a result when waiting is in vain."""
        async with self._places:
            if self._stopping.is_set():
                return None
            try:
                order, is_first = await self._desk.accept(self._order(row, key))
            except NotNow:
                await self._pause(_AGAIN_S)
                return None
            except NotToday as refusal:
                sentence = f"Left for later: {refusal.reason}."
                return RowResult(row, None, sentence, made, later=True)
            except OrderRefused as refusal:
                sentence = f"Not called: {refusal.reason}."
                return RowResult(row, Outcome.REFUSED, sentence, made)
            except NumberRefused:
                return None  # it has become too late in the day: said in the next round
            await self._follow(order, is_first=is_first)
            return None

    def _order(self, row: Row, key: str) -> Order:
        return self._desk.order(row.request(self._each, key))

    async def _follow(self, order: Order, *, is_first: bool) -> None:
        self._live[order.call_id] = order
        try:
            await self._desk.placer.follow(order, is_first=is_first)
        finally:
            self._live.pop(order.call_id, None)

    async def _wait_for_the_database(self, error: DatabaseUnavailable) -> None:
        now_s = self._monotonic()
        if self._away_since_s is None:
            self._away_since_s = now_s
            logger.warning("the database is away, waiting", extra={"error": str(error)})
        if self._stopping.is_set() or now_s - self._away_since_s > PATIENCE_S:
            self._has_given_up = True
            return
        await self._pause(_AGAIN_S)

    async def _pause(self, pause_s: float) -> None:
        """Wait, but no longer than until the list is stopped."""
        try:
            async with asyncio.timeout(max(pause_s, 0)):
                await self._stopping.wait()
        except TimeoutError:
            return


async def call_list(
    desk: Desk,
    name: str,
    rules: Mapping[Outcome, Retry],
    each: Request,
    rows: Sequence[Row],
    on_result: Callable[[RowResult], None],
) -> list[RowResult]:
    """Call everybody. Ctrl-C: nobody else is called; a second one ends the calls in progress."""
    runner = ListRunner(desk, name, rules, each)
    with interrupts(on_interrupt=runner.stop, on_terminate=runner.stop):
        return await runner.run(rows, on_result)

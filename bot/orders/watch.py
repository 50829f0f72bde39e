"""Watching orders, and ending those whose job has died, without trusting anybody's clock.

The job of an order shows that it lives by the record of its call: it renews the record's lease with
every beat. As the guardian does (bot/worker/guardian.py), we watch for ourselves how long nothing
has changed, and take the lease away before we believe the worst: a living job writes a new one.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.records import CallRecord, DatabaseUnavailable, Order, OrderState, Records, utc_now
from sip.calls.outcome import Outcome

# A job writes the record of its call within its first second.
_NO_RECORD_S = 15.0
# Between closing the record and ending the order a living job needs a moment.
_CLOSED_S = 5.0
# A living job beats once a second.
_QUIET_S = 5.0
# Guardians end a dead call four seconds after such a challenge. After this there is none.
_ANSWER_S = 10.0
# Whoever has not looked for so long (suspended, database away) has not watched.
_GAP_S = 5.0

_LOOK_S = 0.5
# Longer than any of the above together.
_LIMIT_S = 25.0

# A call lasts minutes; a database that restarts in the middle of it is no reason to look away.
PATIENCE_S = 60.0
_BURIAL_S = 1.0

_NO_JOB = (OrderState.QUEUED, OrderState.ENDED)


@dataclass(frozen=True)
class Life:
    """An order that a job has, and the record of its call if there is one."""

    order: Order
    record: CallRecord | None

    @property
    def sign(self) -> tuple[OrderState, bool, bool, datetime | None]:
        """What a living job changes again and again."""
        record = self.record
        if record is None:
            return self.order.state, False, False, None
        return self.order.state, True, record.is_open, record.lease_until

    def seems_dead(self, now: datetime) -> bool:
        """A first suspicion by the wall clock, which may be wrong."""
        record = self.record
        if record is None:
            taken_at = self.order.taken_at or now
            return taken_at < now - timedelta(seconds=_NO_RECORD_S)
        if record.ended_at is not None:
            return record.ended_at < now - timedelta(seconds=_CLOSED_S)
        return record.lease_until is None or record.lease_until < now


@dataclass(frozen=True)
class Judgement:
    """`quiet` ones are to be challenged, `dead` ones buried; the `living` have just moved."""

    quiet: tuple[Life, ...] = ()
    dead: tuple[Life, ...] = ()
    living: frozenset[str] = frozenset()


async def lives_of(records: Records, orders: Iterable[Order]) -> list[Life]:
    """Those of the orders that a job has, with the records of their calls."""
    taken = [order for order in orders if order.state not in _NO_JOB]
    found = await records.calls.of([order.call_id for order in taken])
    return [Life(order, found.get(order.call_id)) for order in taken]


class Vigil:
    """Remembers since when each order has shown no sign of life."""

    def __init__(self) -> None:
        self._since_s: dict[str, tuple[object, float]] = {}
        self._looked_s: float | None = None

    def judge(self, lives: Iterable[Life], now_s: float) -> Judgement:
        """Judge what was read at `now_s`, by a clock that only runs forward."""
        if self._looked_s is not None and now_s - self._looked_s > _GAP_S:
            self._since_s.clear()
        self._looked_s = now_s
        quiet: list[Life] = []
        dead: list[Life] = []
        living: set[str] = set()
        for life in lives:
            call_id, sign = life.order.call_id, life.sign
            known = self._since_s.get(call_id)
            if known is None or known[0] != sign:
                self._since_s[call_id] = sign, now_s
                if known is not None and not _is_challenge(life):
                    living.add(call_id)
                continue
            watched_s = now_s - known[1]
            if watched_s >= _limit_s(life):
                (quiet if _may_answer(life) else dead).append(life)
        return Judgement(tuple(quiet), tuple(dead), frozenset(living))


def _is_challenge(life: Life) -> bool:
    """The lease was taken away, by us or by a guardian: that is no sign of life."""
    return life.record is not None and life.record.is_open and life.record.lease_until is None


def _may_answer(life: Life) -> bool:
    return life.record is not None and life.record.is_open and life.record.lease_until is not None


def _limit_s(life: Life) -> float:
    if life.record is None:
        return _NO_RECORD_S
    if not life.record.is_open:
        return _CLOSED_S
    return _QUIET_S if life.record.lease_until is not None else _ANSWER_S


class Burial:
    """Watches orders, and ends those whose job has died."""

    def __init__(
        self, records: Records, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._records = records
        self._monotonic = monotonic
        self._vigil = Vigil()

    async def look(self, orders: Iterable[Order]) -> Judgement:
        """Look once at these orders; to be called every few seconds while one waits for them.

        Nobody knows whether the telephone of one that was dialling has rung, so it says so.
        Raises DatabaseUnavailable.
        """
        lives = await lives_of(self._records, orders)
        judgement = self._vigil.judge(lives, self._monotonic())
        for life in judgement.quiet:
            if life.record is not None and life.record.lease_until is not None:
                # A database that takes no writes lets nobody answer either.
                with suppress(DatabaseUnavailable):
                    await self._records.calls.challenge(life.order.call_id, life.record.lease_until)
        for life in judgement.dead:
            order = life.order
            await self._records.orders.end(
                order.call_id,
                Outcome.FAILED,
                utc_now(),
                detail=_epitaph(order),
                before=[order.state],
            )
        return judgement


class Watch:
    """The order as it was last seen. If its job dies, it is ended."""

    def __init__(self, records: Records, order: Order) -> None:
        self.order = order
        self._records = records
        self._burial = Burial(records)
        self._loop = asyncio.get_running_loop()
        self._seen_s = self._judged_s = self._loop.time()

    async def look(self) -> Order:
        """Look again. Raises DatabaseUnavailable after a minute without an answer."""
        try:
            self.order = await self._records.orders.get(self.order.call_id) or self.order
            if self._loop.time() - self._judged_s > _BURIAL_S:
                self._judged_s = self._loop.time()
                await self._burial.look([self.order])
        except DatabaseUnavailable:
            if self._loop.time() - self._seen_s > PATIENCE_S:
                raise
        else:
            self._seen_s = self._loop.time()
        return self.order


async def clear_the_way(records: Records, order: Order) -> bool:
    """End what only seems to be in the way of a new order; whether anything was.

    Returns at once when nothing looks dead, else after up to 25 s. Raises DatabaseUnavailable.
    """
    burial = Burial(records)
    others = await lives_of(records, await records.orders.in_the_way_of(order))
    now = utc_now()
    doubtful = {life.order.call_id for life in others if life.seems_dead(now)}
    found = bool(doubtful)
    with suppress(TimeoutError):
        async with asyncio.timeout(_LIMIT_S):
            while doubtful:
                left = await records.orders.in_the_way_of(order)
                doubtful &= {other.call_id for other in left}
                judgement = await burial.look(o for o in left if o.call_id in doubtful)
                doubtful -= judgement.living
                doubtful -= {life.order.call_id for life in judgement.dead}
                if doubtful:
                    await asyncio.sleep(_LOOK_S)
    return found


def _epitaph(order: Order) -> str:
    match order.state:
        case OrderState.TAKEN | OrderState.READY:
            return "The storyteller's process died before anybody was dialled."
        case OrderState.ANSWERED:
            return "The storyteller's process died during the call."
        case _:
            return (
                "The storyteller's process died while dialling: nobody knows whether the telephone "
                "has rung. It is not dialled again."
            )

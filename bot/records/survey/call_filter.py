"""Which calls somebody wants to see."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, exists, extract, func, or_

from bot.records.diary.tables import turns
from bot.records.record import AgentReached, CallRecord, Direction, EndReason
from bot.records.table import calls


@dataclass(frozen=True)
class Cursor:
    """Where a page ends: the next begins below, however many calls there are above."""

    started_at: datetime
    call_id: str

    @classmethod
    def after(cls, call: CallRecord) -> Self:
        return cls(call.started_at, call.call_id)

    @classmethod
    def parse(cls, text: str) -> Self:
        """What `str` wrote. Raises ValueError."""
        time, _, call_id = text.partition("_")
        started_at = datetime.fromisoformat(time)
        if started_at.tzinfo is None or not 0 < len(call_id) <= 36 or "\0" in call_id:
            raise ValueError("not the end of a page")
        try:
            return cls(started_at.astimezone(UTC), call_id)
        except OverflowError as error:
            raise ValueError("before or after all time") from error

    def __str__(self) -> str:
        return f"{self.started_at.isoformat()}_{self.call_id}"

    @property
    def condition(self) -> ColumnElement[bool]:
        earlier = calls.c.started_at < self.started_at
        same = and_(calls.c.started_at == self.started_at, calls.c.call_id < self.call_id)
        # The first half alone lets both databases begin in the index.
        return and_(calls.c.started_at <= self.started_at, or_(earlier, same))


@dataclass(frozen=True, kw_only=True)
class CallFilter:
    """Every condition that is set must hold. `number` is E.164, or a SIP name as it was kept.

    `shortest_s`, `longest_s`: of the conversation. `slow_s`: a gap of a turn at least as long.
    """

    number: str | None = None
    direction: Direction | None = None
    end_reason: EndReason | None = None
    agent_reached: AgentReached | None = None
    since: datetime | None = None
    until: datetime | None = None
    shortest_s: float | None = None
    longest_s: float | None = None
    slow_s: float | None = None

    def conditions(
        self, *, is_postgresql: bool, slow: Collection[str] | None = None
    ) -> Iterator[ColumnElement[bool]]:
        """The conditions in SQL but for the number; `is_postgresql`, as the databases count seconds
        differently. `slow`: the calls with such turns, where they are few enough to be named.
        """
        for name in ("direction", "end_reason", "agent_reached"):
            value = getattr(self, name)
            if value is not None:
                yield calls.c[name] == value
        if self.since is not None:
            yield calls.c.started_at >= self.since
        if self.until is not None:
            yield calls.c.started_at < self.until
        length_s = _length_s(is_postgresql=is_postgresql)
        if self.shortest_s is not None:
            yield length_s >= self.shortest_s
        if self.longest_s is not None:
            yield length_s <= self.longest_s
        if slow is not None:
            yield calls.c.call_id.in_(slow)
        elif self.slow_s is not None:
            yield exists().where(turns.c.call_id == calls.c.call_id, turns.c.gap_s >= self.slow_s)


def _length_s(*, is_postgresql: bool) -> ColumnElement[Any]:
    if is_postgresql:
        return extract("epoch", calls.c.ended_at) - extract("epoch", calls.c.answered_at)
    return (func.julianday(calls.c.ended_at) - func.julianday(calls.c.answered_at)) * 86400.0

"""A list of people to call: reading it, and what is to be done for each of them now.

What has been done is in the ledger alone, under keys made of the list's name, the number and the
attempt. So a list that was interrupted goes on where it stopped, several processes may work on
one, and nobody is called a second time for the same attempt.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.orders.request import Request
from bot.records import Order
from sip.calls.number import to_e164
from sip.calls.outcome import Outcome
from sip.errors import InvalidNumber

# The database keeps 255 characters of a key.
_LONGEST_NAME = 200

_COLUMNS = ("number", "name", "location")
_RULE = re.compile(r"(busy|no-answer|unreachable|declined|failed)=(\d+)x(\d+)")


class ListError(Exception):
    """The file is no list of numbers. The message says where and why."""


@dataclass(frozen=True)
class Row:
    """One person of the list. `line` is where the file names them."""

    line: int
    number: str = field(repr=False)
    name: str | None = field(default=None, repr=False)
    location: str | None = field(default=None, repr=False)

    def request(self, each: Request, key: str) -> Request:
        """The request for this person; what goes for `each` of the list goes for them."""
        return replace(
            each,
            number=self.number,
            name=self.name,
            location=self.location,
            idempotency_key=key,
        )


@dataclass(frozen=True)
class Retry:
    """Call again after such an outcome: so many times, so long afterwards."""

    times: int
    delay: timedelta

    @staticmethod
    def parse(texts: Iterable[str]) -> dict[Outcome, "Retry"]:
        """Read "busy=2x300": twice, 300 seconds apart. Raises ValueError."""
        rules: dict[Outcome, Retry] = {}
        for text in texts:
            match = _RULE.fullmatch(text.strip())
            if match is None:
                raise ValueError(f"{text!r} must look like busy=2x300 or no-answer=1x3600")
            if match[1] in rules:
                raise ValueError(f"there are two rules for {match[1]}")
            rules[Outcome(match[1])] = Retry(int(match[2]), timedelta(seconds=int(match[3])))
        return rules


@dataclass(frozen=True)
class Call:
    """Call now; `attempt` counts from 1."""

    attempt: int


@dataclass(frozen=True)
class Follow:
    """Somebody is being called: see it through."""

    order: Order


@dataclass(frozen=True)
class Wait:
    """Call again, but not before `until`."""

    until: datetime


@dataclass(frozen=True)
class Done:
    """Nothing more to do."""

    order: Order


@dataclass(frozen=True)
class Later:
    """Nobody was dialled, and this run of the list does not try again: the next one does."""

    order: Order


Step = Call | Follow | Wait | Done | Later

# How an order ends that could not be carried out; nothing of the callee's making.
_UNDIALLED = (Outcome.FAILED, Outcome.CANCELLED, Outcome.REFUSED)


def next_step(
    orders: Sequence[Order], rules: Mapping[Outcome, Retry], *, began_at: datetime, now: datetime
) -> Step:
    """What to do for one person, given all orders for them so far, the oldest first.

    An order that ended before anybody was dialled is tried anew by a rule of this run, or else by
    the next run of the list: one that began after it was asked for.
    """
    if not orders:
        return Call(1)
    last = orders[-1]
    if not last.has_ended:
        return Follow(last)
    nobody_dialled = last.dialed_at is None and last.outcome in _UNDIALLED
    if nobody_dialled and last.asked_at < began_at:
        return Call(len(orders) + 1)
    rule = rules.get(last.outcome) if last.outcome else None
    same = [order for order in orders if order.outcome is last.outcome]
    if rule is None or len(same) > rule.times or last.ended_at is None:
        return Later(last) if nobody_dialled else Done(last)
    due = last.ended_at + rule.delay
    return Call(len(orders) + 1) if due <= now else Wait(due)


def row_prefix(name: str, number: str) -> str:
    """What the keys of one person's calls begin with; a long name of a list stays tellable."""
    if len(name) > _LONGEST_NAME:
        name = hashlib.sha256(name.encode()).hexdigest()
    return f"list:{name}#{number}#"


def read_list(path: Path) -> list[Row]:
    """Read a CSV file of number[,name[,location]], with or without a header of these words.

    Somebody who is named twice is called once. Raises ListError.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [(number, cells) for number, cells in _lines(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ListError(f"{path} cannot be read: {error}") from error
    columns: Sequence[str] = _COLUMNS
    if lines and lines[0][1] and lines[0][1][0].lower() in _COLUMNS:
        columns = [cell.lower() for cell in lines.pop(0)[1]]
        if "number" not in columns:
            raise ListError(f"{path}: the header has no column called number")
    rows: dict[str, Row] = {}
    for line, cells in lines:
        values = dict(zip(columns, cells, strict=False))
        row = Row(
            line,
            values.get("number", ""),
            values.get("name") or None,
            values.get("location") or None,
        )
        rows.setdefault(_identity(row.number), row)
    if not rows:
        raise ListError(f"{path} has no numbers in it")
    return list(rows.values())


def _lines(file: Iterable[str]) -> Iterable[tuple[int, list[str]]]:
    reader = csv.reader(file, skipinitialspace=True)
    for cells in reader:
        stripped = [cell.strip() for cell in cells]
        if any(stripped) and not stripped[0].startswith("#"):
            yield reader.line_num, stripped


def _identity(number: str) -> str:
    try:
        return to_e164(number)
    except InvalidNumber:
        return number

"""A whole list for a command: everybody on it, with a progress bar, stopped when told to."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from bot.orders.list_check import RowVerdict, Verdict, check_rows
from bot.orders.list_runner import ListRunner, RowResult
from bot.orders.number_list import Retry, Row, read_list
from bot.orders.request import Request, limits_of
from bot.orders.result import Result
from bot.records import Order, check_tables, utc_now
from bot.settings import Settings
from scripts.calling import Wish
from scripts.office import Office
from sip.calls.number import mask_number
from sip.calls.outcome import Outcome

EXIT_ALL_DONE = 0
EXIT_SOME_LATER = 18


@dataclass
class _ListDesk:
    """Makes the calls of a list from the office, and knows which are in progress."""

    office: Office
    wish: Wish
    live: dict[str, Order] = field(default_factory=dict)

    def order(self, row: Row, key: str) -> Order:
        asked = self.wish.request
        return self.office.order(
            Request(
                row.number,
                name=row.name,
                location=row.location,
                ring_timeout_s=asked.ring_timeout_s,
                max_call_s=asked.max_call_s,
                idempotency_key=key,
            )
        )

    async def accept(self, order: Order) -> tuple[Order, bool]:
        limits = limits_of(self.office.settings.outbound)
        return await self.office.placer.accept(order, limits, again=True)

    async def check(self, order: Order) -> None:
        await self.office.ledger.check(order, limits_of(self.office.settings.outbound), again=True)

    async def follow(self, order: Order, *, is_first: bool) -> Result:
        self.live[order.call_id] = order
        try:
            return await self.office.placer.follow(order, is_first=is_first)
        finally:
            self.live.pop(order.call_id, None)

    async def history(self, number: str, prefix: str) -> list[Order]:
        return await self.office.ledger.with_keys(number, prefix)


async def call_list(
    settings: Settings, path: Path, wish: Wish, retries: Sequence[str], out: Console, *, quiet: bool
) -> list[RowResult]:
    """Call everybody in the file. Raises ListError, SipError, RecordsError, ValueError."""
    rules = Retry.parse(retries)
    name, rows = await _read(path, wish)
    await check_tables(settings.database_url)
    async with Office.open(settings, wish.trunk, wish.from_number) as office:
        desk = _ListDesk(office, wish)
        runner = ListRunner(
            desk, name, rules, at_once=settings.outbound.calls_at_once, clock=utc_now
        )
        with _stoppable(runner, desk), _Bar(out, len(rows), quiet=quiet) as bar:
            return await runner.run(rows, bar.show)


async def check_list(
    settings: Settings, path: Path, wish: Wish, retries: Sequence[str]
) -> list[RowVerdict]:
    """What `call_list` would do, calling nobody. Raises the same."""
    rules = Retry.parse(retries)
    name, rows = await _read(path, wish)
    await check_tables(settings.database_url)
    async with Office.open(settings, wish.trunk, wish.from_number) as office:
        return await check_rows(_ListDesk(office, wish), name, rules, rows, utc_now())


async def _read(path: Path, wish: Wish) -> tuple[str, list[Row]]:
    """The list's name and its people."""
    rows = await asyncio.to_thread(read_list, path)
    return wish.request.idempotency_key or str(await asyncio.to_thread(path.resolve)), rows


@contextmanager
def _stoppable(runner: ListRunner, desk: _ListDesk) -> Iterator[None]:
    """Ctrl-C: nobody else is called; a second one ends the calls in progress too."""
    loop = asyncio.get_running_loop()
    ending: list[asyncio.Task[Any]] = []

    def stop() -> None:
        if not runner.stopping.is_set():
            runner.stopping.set()
            return
        ending.extend(
            asyncio.create_task(desk.office.placer.stop(order)) for order in desk.live.values()
        )

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)


class _Bar:
    """A bar on a terminal, a line for each person otherwise."""

    def __init__(self, out: Console, total: int, *, quiet: bool) -> None:
        self._out = out
        self._quiet = quiet
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._total = total

    def __enter__(self) -> _Bar:
        if self._out.is_terminal and not self._quiet:
            columns = (TextColumn("calling"), BarColumn(), MofNCompleteColumn())
            self._progress = Progress(*columns, console=self._out)
            self._task = self._progress.add_task("calling", total=self._total)
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def show(self, result: RowResult) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.advance(self._task)
        if not self._quiet:
            word = result.outcome.value if result.outcome else "later"
            number = mask_number(result.row.number)
            line = f"line {result.row.line}  {number}  {word}: {result.sentence}"
            (self._progress.console if self._progress else self._out).print(escape(line))


def verdicts_json(verdicts: Sequence[RowVerdict]) -> dict[str, Any]:
    """A dry run of a list for machines."""
    return {
        "dry_run": [
            {
                "line": each.row.line,
                "number": each.row.number,
                "verdict": each.verdict.value,
                "sentence": each.sentence,
            }
            for each in verdicts
        ],
        "summary": dict(Counter(each.verdict.value for each in verdicts)),
    }


def verdict_lines(verdicts: Sequence[RowVerdict]) -> list[str]:
    """A dry run of a list for people: a line for each row, and how many of each."""
    lines = [
        f"line {each.row.line}  {mask_number(each.row.number)}  "
        f"{each.verdict.value}: {each.sentence}"
        for each in verdicts
    ]
    counted = Counter(each.verdict.value for each in verdicts)
    summary = ", ".join(f"{counted[word]} {word}" for word in Verdict if counted[word])
    return [*lines, f"{summary}; nobody was called"]


def verdicts_exit_code(verdicts: Sequence[RowVerdict]) -> int:
    """The one that the list itself would end with if nobody's call had to be made again."""
    is_later = any(each.verdict is Verdict.LATER for each in verdicts)
    return EXIT_SOME_LATER if is_later else EXIT_ALL_DONE


def list_json(results: Sequence[RowResult]) -> dict[str, Any]:
    """The whole list for machines."""
    return {
        "rows": [
            {
                "line": result.row.line,
                "number": result.row.number,
                "outcome": result.outcome.value if result.outcome else None,
                "sentence": result.sentence,
                "attempts": result.attempts,
                "later": result.later,
                "call_id": result.order.call_id if result.order else None,
                "sip_status": result.order.sip_status if result.order else None,
            }
            for result in results
        ],
        "summary": dict(_counted(results)),
    }


def list_summary(results: Sequence[RowResult]) -> str:
    """One line: how many came out how."""
    return ", ".join(f"{count} {word}" for word, count in _counted(results))


def list_exit_code(results: Sequence[RowResult]) -> int:
    """0 when everybody has an outcome; another one when the list must be run again."""
    return EXIT_SOME_LATER if any(result.later for result in results) else EXIT_ALL_DONE


def _counted(results: Sequence[RowResult]) -> list[tuple[str, int]]:
    counted = Counter(result.outcome.value if result.outcome else "later" for result in results)
    order = [*(outcome.value for outcome in Outcome), "later"]
    return [(word, counted[word]) for word in order if counted[word]]

"""What make-call shows: progress, a question, outcomes, exit codes."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.status import Status

from bot.orders.list_result import RowResult, RowVerdict, Verdict
from bot.orders.result import Result
from bot.records import Order, OrderState
from sip.calls.number import mask_number
from sip.calls.outcome import Outcome

EXIT_ALL_DONE = 0
EXIT_SOME_LATER = 18
EXIT_CODES = {
    Outcome.ANSWERED: 0,
    Outcome.FAILED: 1,
    Outcome.BUSY: 10,
    Outcome.NO_ANSWER: 11,
    Outcome.DECLINED: 12,
    Outcome.UNREACHABLE: 13,
    Outcome.CANCELLED: 14,
    Outcome.REFUSED: 15,
    Outcome.VOICEMAIL: 16,
    Outcome.SCREENED: 17,
}

_STEPS = {
    OrderState.QUEUED: "queued",
    OrderState.TAKEN: "a storyteller is getting ready",
    OrderState.READY: "storyteller ready",
    OrderState.DIALING: "dialling",
    OrderState.RINGING: "ringing",
    OrderState.ANSWERED: "answered, talking",
    OrderState.ENDED: "ended",
}
_GOOD = frozenset({Outcome.ANSWERED, Outcome.VOICEMAIL})


class Screen:
    """The progress of one call: in place on a terminal, one line a step otherwise.

    `quiet`: nothing on standard output, for machines; questions go to standard error.
    """

    def __init__(self, out: Console, err: Console, *, quiet: bool) -> None:
        self._out = out
        self._err = err
        self._quiet = quiet
        self._status: Status | None = None
        self._asked = False
        self._began_s = time.monotonic()

    def __enter__(self) -> Self:
        if self._out.is_terminal and not self._quiet:
            self._status = self._out.status("asking")
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None

    def show(self, order: Order) -> None:
        """One step of the call."""
        self.say(_STEPS[order.state])

    def say(self, words: str) -> None:
        if self._quiet:
            return
        after_s = time.monotonic() - self._began_s
        if self._status is not None:
            self._status.update(words)
        else:
            self._out.print(f"{after_s:6.1f} s  {words}", markup=False)

    def ask_to_end(self) -> None:
        """The question after the first Ctrl-C; a second one is a yes."""
        self._asked = True
        if self._status is not None:
            self._status.stop()  # it would write over the question
        self._err.print("End the call? [y/N] (Ctrl-C again: yes)", markup=False)

    @contextmanager
    def answers(self, on_yes: Callable[[], None], on_no: Callable[[], None]) -> Iterator[None]:
        """While inside, what is typed after the question is its answer; only on a terminal."""
        if not sys.stdin.isatty():
            yield
            return
        loop = asyncio.get_running_loop()

        def on_line() -> None:
            answer = sys.stdin.readline().strip().lower()
            if self._asked:
                self._asked = False
                if self._status is not None:
                    self._status.start()
                (on_yes if answer in ("y", "yes") else on_no)()

        loop.add_reader(sys.stdin.fileno(), on_line)
        try:
            yield
        finally:
            loop.remove_reader(sys.stdin.fileno())

    @staticmethod
    def show_result(out: Console, result: Result) -> None:
        """The outcome, in one word and a sentence."""
        style = "green" if result.outcome in _GOOD else "red"
        order = result.order
        status = f" (SIP {order.sip_status})" if order is not None and order.sip_status else ""
        out.print(f"[bold {style}]{result.outcome.value}[/]{status}: {escape(result.sentence)}")
        if order is not None:
            out.print(f"call {order.call_id}", style="dim")
        if not result.is_first:
            out.print("This call was made before, with the same key.", style="dim")


class Bar:
    """A bar on a terminal, a line for each person otherwise."""

    def __init__(self, out: Console, total: int, *, quiet: bool) -> None:
        self._out = out
        self._quiet = quiet
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._total = total

    def __enter__(self) -> Self:
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

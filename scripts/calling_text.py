"""What a command shows of a call: its progress, a question, its outcome, its exit code."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.markup import escape
from rich.status import Status

from bot.orders.result import Result
from bot.records import Order, OrderState
from sip.calls.outcome import Outcome

EXIT_CODES: Final = {
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

_STEPS: Final = {
    OrderState.QUEUED: "queued",
    OrderState.TAKEN: "a storyteller is getting ready",
    OrderState.READY: "storyteller ready",
    OrderState.DIALING: "dialling",
    OrderState.RINGING: "ringing",
    OrderState.ANSWERED: "answered, talking",
    OrderState.ENDED: "ended",
}
_GOOD: Final = frozenset({Outcome.ANSWERED, Outcome.VOICEMAIL})


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

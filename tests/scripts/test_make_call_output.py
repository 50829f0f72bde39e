"""What make-call shows while it works: on a terminal, in a file, and to another program."""

import asyncio
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from rich.console import Console

from bot.orders.list_result import RowResult
from bot.orders.number_list import Row
from bot.orders.result import Result
from bot.records import OrderState
from scripts.make_call_output import Bar, Screen, list_exit_code, list_json, list_summary
from sip.calls.outcome import Outcome
from tests.bot.records.orders import an_order

pytestmark = pytest.mark.unit


def a_file() -> Console:
    return Console(file=io.StringIO(), width=200)


def a_terminal() -> Console:
    return Console(file=io.StringIO(), width=200, force_terminal=True, highlight=False)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


# --- one call -------------------------------------------------------------------------------------


def test_in_a_file_every_step_is_a_line_with_its_time() -> None:
    out = a_file()
    with Screen(out, a_file(), quiet=False) as screen:
        for state in OrderState:
            screen.show(an_order(state=state))
    lines = written(out).splitlines()
    assert len(lines) == len(OrderState)
    assert all(line.split()[1] == "s" and float(line.split()[0]) >= 0 for line in lines)
    assert "dialling" in lines[list(OrderState).index(OrderState.DIALING)]


def test_on_a_terminal_a_step_takes_the_place_of_the_one_before() -> None:
    out = a_terminal()
    with Screen(out, a_file(), quiet=False) as screen:
        screen.say("ringing")
    assert " s  ringing" not in written(out)


def test_a_question_goes_to_standard_error_and_stops_the_progress() -> None:
    out, err = a_terminal(), a_file()
    with Screen(out, err, quiet=False) as screen:
        screen.ask_to_end()
        asked_at = len(written(out))
        assert written(err) == "End the call? [y/N] (Ctrl-C again: yes)\n"
        assert len(written(out)) == asked_at


@pytest.mark.parametrize(
    ("outcome", "status", "shown"),
    [
        (Outcome.ANSWERED, None, "answered: "),
        (Outcome.BUSY, 486, "busy (SIP 486): "),
        (Outcome.UNREACHABLE, 503, "unreachable (SIP 503): "),
    ],
)
def test_the_outcome_is_the_first_word(outcome: Outcome, status: int | None, shown: str) -> None:
    out = a_file()
    order = an_order(state=OrderState.ENDED, outcome=outcome, sip_status=status)
    Screen.show_result(out, Result.of(order, None, is_first=True))
    first, second = written(out).splitlines()
    assert first.startswith(shown)
    assert second == f"call {order.call_id}"


def test_what_was_refused_has_no_call_to_look_up() -> None:
    out = a_file()
    Screen.show_result(out, Result.refused("it is [bold]night[/] there"))
    assert written(out) == "refused: Not called: it is [bold]night[/] there.\n"


# --- answers --------------------------------------------------------------------------------------


@contextmanager
def typing(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Standard input is a pipe that says it is a terminal; yields the end to type into."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin, os.fdopen(writing, "w") as keyboard:
        monkeypatch.setattr(stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr("sys.stdin", stdin)
        yield keyboard.fileno()


@pytest.fixture
def heard() -> asyncio.Queue[str]:
    return asyncio.Queue()


@pytest.mark.parametrize(
    ("typed", "answer"),
    [(b"y\n", "yes"), (b" YES \n", "yes"), (b"n\n", "no"), (b"\n", "no"), (b"maybe\n", "no")],
)
async def test_only_a_yes_ends_the_call(
    monkeypatch: pytest.MonkeyPatch, heard: asyncio.Queue[str], typed: bytes, answer: str
) -> None:
    screen = Screen(a_file(), a_file(), quiet=False)
    with (
        typing(monkeypatch) as keyboard,
        screen.answers(lambda: heard.put_nowait("yes"), lambda: heard.put_nowait("no")),
    ):
        screen.ask_to_end()
        os.write(keyboard, typed)
        async with asyncio.timeout(5):
            assert await heard.get() == answer


async def test_what_is_typed_before_the_question_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, heard: asyncio.Queue[str]
) -> None:
    screen = Screen(a_file(), a_file(), quiet=False)
    with (
        typing(monkeypatch) as keyboard,
        screen.answers(lambda: heard.put_nowait("yes"), lambda: heard.put_nowait("no")),
    ):
        os.write(keyboard, b"y\n")
        # The loop looks at what was typed before it comes back here.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        screen.ask_to_end()
        os.write(keyboard, b"n\n")
        async with asyncio.timeout(5):
            assert await heard.get() == "no"


async def test_without_a_terminal_nobody_is_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    screen = Screen(a_file(), a_file(), quiet=True)
    with screen.answers(lambda: pytest.fail("yes"), lambda: pytest.fail("no")):
        screen.ask_to_end()
        await asyncio.sleep(0)


# --- a list ---------------------------------------------------------------------------------------

RESULTS = [
    RowResult(Row(1, "+12025550101"), Outcome.BUSY, "The line was [busy].", attempts=2),
    RowResult(Row(2, "911"), Outcome.REFUSED, "Not called: it is an emergency number."),
    RowResult(Row(3, "+12025550103"), None, "Left for later.", later=True),
]


def test_each_person_of_a_list_is_a_line_without_their_number() -> None:
    out = a_file()
    with Bar(out, len(RESULTS), quiet=False) as bar:
        for result in RESULTS:
            bar.show(result)
    assert written(out).splitlines() == [
        "line 1  +1•••••0101  busy: The line was [busy].",
        "line 2  •••••  refused: Not called: it is an emergency number.",
        "line 3  +1•••••0103  later: Left for later.",
    ]


def test_on_a_terminal_the_lines_stand_above_a_bar_that_reaches_its_end() -> None:
    out = a_terminal()
    with Bar(out, len(RESULTS), quiet=False) as bar:
        for result in RESULTS:
            bar.show(result)
    shown = written(out)
    assert "The line was [busy]." in shown and "3/3" in shown
    assert "12025550101" not in shown


@pytest.mark.parametrize("console", [a_file, a_terminal])
def test_for_another_program_the_bar_says_nothing(console: Callable[[], Console]) -> None:
    out = console()
    with Bar(out, len(RESULTS), quiet=True) as bar:
        bar.show(RESULTS[0])
    assert written(out) == ""


def test_a_list_for_machines_has_every_row_whole() -> None:
    order = an_order(outcome=Outcome.BUSY, sip_status=486)
    called = RowResult(Row(4, order.number), Outcome.BUSY, "Busy.", attempts=1, order=order)
    shown = list_json([*RESULTS, called])
    assert [row["line"] for row in shown["rows"]] == [1, 2, 3, 4]
    assert shown["rows"][0]["attempts"] == 2
    assert (shown["rows"][2]["outcome"], shown["rows"][2]["later"]) == (None, True)
    assert (shown["rows"][3]["call_id"], shown["rows"][3]["sip_status"]) == (order.call_id, 486)
    assert shown["summary"] == {"busy": 2, "refused": 1, "later": 1}


def test_an_empty_list_is_done() -> None:
    assert (list_summary([]), list_exit_code([])) == ("", 0)
    assert list_json([]) == {"rows": [], "summary": {}}

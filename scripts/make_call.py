"""make-call: ring a number, let Echo tell a story, and say in one word how it came out.

Exit codes: 0 answered, 1 failed, 2 wrong usage or settings, 10 busy, 11 no-answer, 12 declined,
13 unreachable, 14 cancelled, 15 refused, 16 voicemail, 17 screened, 18 some of a list are left
for later.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.markup import escape
from typer.core import TyperGroup

from bot.orders.desk import Desk
from bot.orders.list_check import check_list
from bot.orders.list_result import RowResult, RowVerdict
from bot.orders.list_runner import call_list
from bot.orders.number_list import ListError, Retry, read_list
from bot.orders.one_call import check_call, make_call
from bot.orders.placer import Until as UntilWord
from bot.orders.request import Request
from bot.orders.result import Result
from bot.records import RecordsError
from bot.settings import Settings
from scripts.command import ERR, FAILED, OUT, USAGE, Version, fail, load_settings
from scripts.do_not_call import block, blocked, unblock
from scripts.make_call_output import (
    EXIT_CODES,
    Bar,
    Screen,
    list_exit_code,
    list_json,
    list_summary,
    verdict_lines,
    verdicts_exit_code,
    verdicts_json,
)
from sip.errors import SipError

_CALL = "call"
_LONGEST_KEY = 255

_T = TypeVar("_T")


class _CallByDefault(TyperGroup):
    """`make-call +1...` is `make-call call +1...`: the number is what one types."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "--version"):
            args = [_CALL, *args]
        return super().parse_args(ctx, args)


class Until(StrEnum):
    """How long the command stays."""

    ANSWER = "answer"
    END = "end"


app = typer.Typer(
    name="make-call",
    cls=_CallByDefault,
    help=__doc__,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def options(version: Version = False) -> None:
    """Which commands there are says `help` above."""


@app.command(_CALL)
def call(
    number: Annotated[
        str | None, typer.Argument(help="Whom to call: +15550123, with country code.")
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="CALL_ID", help="Go on with the story of that call, with whoever it was with."
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Call everybody in this CSV: number[,name[,location]].")
    ] = None,
    retry: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OUTCOME=TIMESxSECONDS", help="For a list: call again, busy=2x300 for example."
        ),
    ] = None,
    from_number: Annotated[
        str | None, typer.Option("--from", help="The number to call from; the trunk must have it.")
    ] = None,
    trunk: Annotated[str | None, typer.Option(help="The outbound trunk, by name.")] = None,
    name: Annotated[str | None, typer.Option(help="The callee's name, if it is known.")] = None,
    location: Annotated[str | None, typer.Option(help="Where they are, if it is known.")] = None,
    ring_timeout: Annotated[
        float | None, typer.Option(help="Seconds it may ring.", min=5, max=75)
    ] = None,
    max_duration: Annotated[
        float | None, typer.Option(help="Seconds the call may last.", min=10, max=7200)
    ] = None,
    wait: Annotated[
        Until | None,
        typer.Option(help="Stay until somebody answers, or to the end (the default)."),
    ] = None,
    idempotency_key: Annotated[
        str | None, typer.Option(metavar="KEY", help="One key is one call, whoever asks again.")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also if it was called less than a minute ago.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything, call nobody.")
    ] = False,
) -> None:
    """Call a number and tell its owner a story. The default: `make-call NUMBER`."""
    _check_usage(
        of_one_call={
            "a number": number is not None,
            "--resume": resume is not None,
            "--name": name is not None,
            "--location": location is not None,
            "--wait": wait is not None,
            "--again": again,
        },
        of_a_list={"--file": file is not None, "--retry": bool(retry)},
    )
    if idempotency_key is not None and not 0 < len(idempotency_key) <= _LONGEST_KEY:
        raise typer.BadParameter(f"a key has 1 to {_LONGEST_KEY} characters")
    request = Request(
        number or "",
        name=name,
        location=location,
        ring_timeout_s=ring_timeout,
        max_call_s=max_duration,
        idempotency_key=idempotency_key,
        again=again,
        resumes=resume,
    )
    door = _Door(load_settings(as_json), trunk, from_number, as_json)
    if file is not None:
        _call_list(door, file, retry or [], request, dry_run)
    else:
        _call_one(door, request, (wait or Until.END).value, dry_run)


@dataclass(frozen=True)
class _Door:
    """Where a call is asked for, and how the answer is printed."""

    settings: Settings
    trunk: str | None
    from_number: str | None
    as_json: bool

    async def ask(self, work: Callable[[Desk], Awaitable[_T]]) -> _T:
        async with Desk.open(self.settings, self.trunk, self.from_number) as desk:
            return await work(desk)


def _check_usage(*, of_one_call: dict[str, bool], of_a_list: dict[str, bool]) -> None:
    """Nothing that was typed is left unheeded: what does not fit together is refused."""
    typed = [option for option, is_given in of_one_call.items() if is_given]
    if of_a_list["--file"]:
        if typed:
            raise typer.BadParameter(
                f"a list names its people itself: {', '.join(typed)} cannot go with --file"
            )
    elif of_one_call["--resume"]:
        known = [option for option in ("a number", "--name", "--location") if of_one_call[option]]
        if known:
            raise typer.BadParameter(
                f"--resume calls whoever that call was with: it cannot go with {', '.join(known)}"
            )
    elif not of_one_call["a number"]:
        raise typer.BadParameter("give a number, a list with --file, or a call with --resume")
    if of_a_list["--retry"] and not of_a_list["--file"]:
        raise typer.BadParameter("--retry is for a list (--file)")


def _call_list(door: _Door, file: Path, retries: list[str], each: Request, dry_run: bool) -> None:
    try:
        rules, rows = Retry.parse(retries), read_list(file)
    except (ListError, ValueError) as error:
        fail(str(error), USAGE, door.as_json)
    name = each.idempotency_key or str(file.resolve())

    async def check(desk: Desk) -> list[RowVerdict]:
        return await check_list(desk, name, rules, each, rows)

    async def call(desk: Desk) -> list[RowResult]:
        with Bar(OUT, len(rows), quiet=door.as_json) as bar:
            return await call_list(desk, name, rules, each, rows, bar.show)

    try:
        if dry_run:
            _show_verdicts(asyncio.run(door.ask(check)), door.as_json)
        else:
            _show_results(asyncio.run(door.ask(call)), door.as_json)
    except (SipError, RecordsError) as error:
        fail(str(error), FAILED, door.as_json)


def _show_verdicts(verdicts: list[RowVerdict], as_json: bool) -> NoReturn:
    if as_json:
        OUT.print_json(data=verdicts_json(verdicts))
    else:
        for line in verdict_lines(verdicts):
            OUT.print(line, markup=False)
    raise typer.Exit(verdicts_exit_code(verdicts))


def _show_results(results: list[RowResult], as_json: bool) -> NoReturn:
    OUT.print_json(data=list_json(results)) if as_json else OUT.print(list_summary(results))
    raise typer.Exit(list_exit_code(results))


def _call_one(door: _Door, request: Request, until: UntilWord, dry_run: bool) -> NoReturn:
    screen = Screen(OUT, ERR, quiet=door.as_json)

    async def check(desk: Desk) -> Result | str:
        return await check_call(desk, request)

    async def call(desk: Desk) -> Result:
        with screen:
            return await make_call(desk, request, screen, until)

    result: Result | str
    try:
        result = asyncio.run(door.ask(check) if dry_run else door.ask(call))
    except (SipError, RecordsError) as error:
        result = Result.failed(str(error).rstrip("."))
    _conclude(result, door.as_json)


def _conclude(result: Result | str, as_json: bool) -> NoReturn:
    if isinstance(result, str):
        OUT.print_json(data={"dry_run": result}) if as_json else OUT.print(escape(result))
        raise typer.Exit(0)
    if as_json:
        OUT.print_json(data=result.as_json())
    else:
        Screen.show_result(OUT, result)
    raise typer.Exit(EXIT_CODES[result.outcome])


for command in (block, unblock, blocked):
    app.command()(command)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()

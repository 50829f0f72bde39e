"""make-call: ring a number, let Echo tell a story, and say in one word how it came out.

Exit codes: 0 answered, 1 failed, 2 wrong usage or settings, 10 busy, 11 no-answer, 12 declined,
13 unreachable, 14 cancelled, 15 refused, 16 voicemail, 17 screened, 18 some of a list are left
for later.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from typer.core import TyperGroup

from bot.logs import configure_logs
from bot.orders.number_list import ListError
from bot.orders.request import Request
from bot.orders.result import Result
from bot.records import BlockedBy, Ledger, RecordsError, check_tables, utc_now
from bot.settings import Settings, SettingsError
from scripts.calling import Wish, check_call, make_call
from scripts.calling_list import (
    call_list,
    check_list,
    list_exit_code,
    list_json,
    list_summary,
    verdict_lines,
    verdicts_exit_code,
    verdicts_json,
)
from scripts.calling_text import EXIT_CODES, Screen
from sip.calls.number_rules import callable_number
from sip.errors import NumberRefused, SipError

_FAILED, _USAGE = 1, 2
_CALL = "call"
_LONGEST_KEY = 255

_T = TypeVar("_T")


class _CallByDefault(TyperGroup):
    """`make-call +1...` is `make-call call +1...`: the number is what one types."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
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
_out = Console(highlight=False, soft_wrap=True)
_err = Console(highlight=False, soft_wrap=True, stderr=True)


@app.command(_CALL)
def call(
    number: Annotated[
        str | None, typer.Argument(help="Whom to call: +15550123, with country code.")
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
            "--name": name is not None,
            "--location": location is not None,
            "--wait": wait is not None,
            "--again": again,
        },
        of_a_list={"--file": file is not None, "--retry": bool(retry)},
    )
    if idempotency_key is not None and not 0 < len(idempotency_key) <= _LONGEST_KEY:
        raise typer.BadParameter(f"a key has 1 to {_LONGEST_KEY} characters")
    settings = _settings()
    wish = Wish(
        Request(
            number or "",
            name=name,
            location=location,
            ring_timeout_s=ring_timeout,
            max_call_s=max_duration,
            idempotency_key=idempotency_key,
        ),
        trunk=trunk,
        from_number=from_number,
        until=(wait or Until.END).value,
        again=again,
    )
    if file is not None:
        work = _check_list if dry_run else _call_list
        work(settings, file, wish, retry or [], as_json)
    screen = Screen(_out, _err, quiet=as_json)
    _conclude(asyncio.run(_call(settings, wish, screen, dry_run=dry_run)), as_json)


def _check_usage(*, of_one_call: dict[str, bool], of_a_list: dict[str, bool]) -> None:
    """Nothing that was typed is left unheeded: what does not fit together is refused."""
    typed = [option for option, is_given in of_one_call.items() if is_given]
    if of_a_list["--file"]:
        if typed:
            raise typer.BadParameter(
                f"a list names its people itself: {', '.join(typed)} cannot go with --file"
            )
    elif not of_one_call["a number"]:
        raise typer.BadParameter("give a number, or a list with --file")
    elif of_a_list["--retry"]:
        raise typer.BadParameter("--retry is for a list (--file)")


def _call_list(
    settings: Settings, file: Path, wish: Wish, retries: list[str], as_json: bool
) -> NoReturn:
    results = _attempt(call_list(settings, file, wish, retries, _out, quiet=as_json))
    _out.print_json(data=list_json(results)) if as_json else _out.print(list_summary(results))
    raise typer.Exit(list_exit_code(results))


def _check_list(
    settings: Settings, file: Path, wish: Wish, retries: list[str], as_json: bool
) -> NoReturn:
    verdicts = _attempt(check_list(settings, file, wish, retries))
    if as_json:
        _out.print_json(data=verdicts_json(verdicts))
    else:
        for line in verdict_lines(verdicts):
            _out.print(line, markup=False)
    raise typer.Exit(verdicts_exit_code(verdicts))


def _attempt(work: Coroutine[Any, Any, _T]) -> _T:
    """Do the work for a list; what goes wrong is said in words."""
    try:
        return asyncio.run(work)
    except (ListError, ValueError) as error:
        _err.print(escape(str(error)))
        raise typer.Exit(_USAGE) from error
    except (SipError, RecordsError) as error:
        _err.print(escape(str(error)))
        raise typer.Exit(_FAILED) from error


async def _call(settings: Settings, wish: Wish, screen: Screen, *, dry_run: bool) -> Result | str:
    try:
        await check_tables(settings.database_url)
        if dry_run:
            return await check_call(settings, wish)
        with screen:
            return await make_call(settings, wish, screen)
    except (SipError, RecordsError) as error:
        return Result.failed(str(error).rstrip("."))


def _conclude(result: Result | str, as_json: bool) -> None:
    if isinstance(result, str):
        _out.print_json(data={"dry_run": result}) if as_json else _out.print(escape(result))
        raise typer.Exit(0)
    if as_json:
        _out.print_json(data=result.as_json())
    else:
        Screen.show_result(_out, result)
    raise typer.Exit(EXIT_CODES[result.outcome])


@app.command()
def block(number: str) -> None:
    """Never call this number again."""
    e164 = _number(number)
    if not _with_ledger(lambda ledger: ledger.block(e164, BlockedBy.OPERATOR, utc_now())):
        _out.print("It was on the do-not-call list already.")
        return
    _out.print("It is on the do-not-call list now.")


@app.command()
def unblock(number: str) -> None:
    """Take a number off the do-not-call list."""
    e164 = _number(number)
    if not _with_ledger(lambda ledger: ledger.unblock(e164)):
        _err.print("It was not on the do-not-call list.")
        raise typer.Exit(_FAILED)
    _out.print("It may be called again.")


@app.command()
def blocked(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the do-not-call list."""
    entries = _with_ledger(lambda ledger: ledger.blocked())
    if as_json:
        rows = [{"number": e.number, "since": e.since.isoformat(), "by": e.by} for e in entries]
        _out.print_json(data=rows)
        return
    table = Table("number", "since", "at whose wish", box=None)
    for entry in entries:
        table.add_row(entry.number, f"{entry.since:%Y-%m-%d %H:%M} UTC", entry.by.value)
    _out.print(table)


def _settings() -> Settings:
    try:
        settings = Settings.load()
    except SettingsError as error:
        _err.print(escape(str(error)))
        raise typer.Exit(_USAGE) from error
    configure_logs("WARNING", json=False, secrets=settings.secrets, stream=sys.stderr)
    return settings


def _number(text: str) -> str:
    try:
        return callable_number(text, ())
    except NumberRefused as refusal:
        _err.print(escape(f"Not a number that can be called: {refusal.reason}."))
        raise typer.Exit(_USAGE) from refusal


def _with_ledger(work: Callable[[Ledger], Awaitable[_T]]) -> _T:
    settings = _settings()

    async def run() -> _T:
        await check_tables(settings.database_url)
        async with Ledger.open(settings.database_url) as ledger:
            return await work(ledger)

    try:
        return asyncio.run(run())
    except RecordsError as error:
        _err.print(escape(str(error)))
        raise typer.Exit(_FAILED) from error


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()

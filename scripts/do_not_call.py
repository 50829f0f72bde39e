"""make-call block, unblock, blocked: the do-not-call list."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from bot.orders.desk import PATIENCE_S
from bot.records import BlockedBy, Ledger, Records, RecordsError, utc_now
from scripts.command import ERR, FAILED, OUT, USAGE, fail, load_settings
from sip.calls.number_rules import callable_number
from sip.errors import NumberRefused

_T = TypeVar("_T")


def block(number: str) -> None:
    """Never call this number again."""
    e164 = _number(number)
    if not _with_ledger(lambda ledger: ledger.block(e164, BlockedBy.OPERATOR, utc_now())):
        OUT.print("It was on the do-not-call list already.")
        return
    OUT.print("It is on the do-not-call list now.")


def unblock(number: str) -> None:
    """Take a number off the do-not-call list."""
    e164 = _number(number)
    if not _with_ledger(lambda ledger: ledger.unblock(e164)):
        ERR.print("It was not on the do-not-call list.")
        raise typer.Exit(FAILED)
    OUT.print("It may be called again.")


def blocked(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the do-not-call list."""
    entries = _with_ledger(lambda ledger: ledger.blocked(), as_json)
    if as_json:
        rows = [{"number": e.number, "since": e.since.isoformat(), "by": e.by} for e in entries]
        OUT.print_json(data=rows)
        return
    table = Table("number", "since", "at whose wish", box=None)
    for entry in entries:
        table.add_row(entry.number, f"{entry.since:%Y-%m-%d %H:%M} UTC", entry.by.value)
    OUT.print(table)


def _number(text: str) -> str:
    try:
        return callable_number(text, ())
    except NumberRefused as refusal:
        fail(f"Not a number that can be called: {refusal.reason}.", USAGE)


def _with_ledger(work: Callable[[Ledger], Awaitable[_T]], as_json: bool = False) -> _T:
    settings = load_settings(as_json)

    async def run() -> _T:
        async with Records.open(settings.database_url, patience_s=PATIENCE_S) as records:
            await records.check_tables()
            return await work(records.orders)

    try:
        return asyncio.run(run())
    except RecordsError as error:
        fail(str(error), FAILED, as_json)

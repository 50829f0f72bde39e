"""`python -m bot.records`: what is kept of the newest call, and forgetting a number."""

import asyncio
import json
import sys
from typing import Annotated, Any, NoReturn

import typer

from bot.records.diary import CallDiary
from bot.records.diary.removal import Forgotten
from bot.records.errors import RecordsError
from bot.records.record import CallRecord
from bot.records.records import Records
from bot.records.sound.shelf import Shelf
from bot.settings import Settings, SettingsError
from sip.calls.number import to_e164
from sip.errors import InvalidNumber

_EXIT_NOTHING = 1
_EXIT_BAD_SETTINGS = 2
# Without numbers, and without the room's name, which holds one.
_SHOWN = (
    *("call_id", "direction", "started_at", "answered_at", "ended_at"),
    *("end_reason", "agent_reached", "turns", "error"),
)

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def describe() -> None:
    """Look into the records of calls (DATABASE_URL)."""


@app.command()
def last(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """The newest call, in progress or over.

    Exit code 0; 1 when there is no call or no database, 2 for unusable settings.
    """
    try:
        found = asyncio.run(_newest(Settings.load().database_url))
    except SettingsError as error:
        _end(str(error), _EXIT_BAD_SETTINGS)
    except RecordsError as error:
        _end(str(error), _EXIT_NOTHING)
    if found is None:
        _end("There is no call yet.", _EXIT_NOTHING)
    record, diary = found
    fields = shown(record, diary)
    if as_json:
        typer.echo(json.dumps(fields))
        return
    for name, value in fields.items():
        typer.echo(f"{name:<14} {'-' if value is None else value}")


@app.command()
def forget(
    number: Annotated[str, typer.Argument(help="The caller's or callee's number, +12025550123.")],
) -> None:
    """Remove everything that is kept about a number, and say how many rows and files went.

    The do-not-call list keeps its entry. Exit code 0; 1 when a call with the number is in progress
    (forget again when it is over) or there is no database, 2 for unusable settings.
    """
    try:
        forgotten = asyncio.run(_forget(Settings.load(), number))
    except SettingsError as error:
        _end(str(error), _EXIT_BAD_SETTINGS)
    except RecordsError as error:
        _end(str(error), _EXIT_NOTHING)
    for table, rows in forgotten.rows.items():
        typer.echo(f"{table:<15} {rows:>6}")
    typer.echo(f"{'rows removed':<15} {forgotten.total:>6}")
    typer.echo(f"{'files removed':<15} {forgotten.files:>6}")
    if forgotten.in_progress:
        _end(f"Calls in progress, not removed yet: {forgotten.in_progress}.", _EXIT_NOTHING)


def spelled(number: str, region: str | None) -> str:
    """A number as the records spell it; what is none (a SIP user's name) stays as it is."""
    try:
        return to_e164(number, region)
    except InvalidNumber:
        return number.strip()


def shown(record: CallRecord, diary: CallDiary) -> dict[str, Any]:
    """What may be printed of a call; times in ISO 8601, the cost in USD as far as it is known."""
    values = {name: getattr(record, name) for name in _SHOWN}
    times = {
        name: value.isoformat() if name.endswith("_at") and value is not None else value
        for name, value in values.items()
    }
    cost = round(diary.cost_usd, 4) if diary.usage else None
    return {**times, "cost_usd": cost, "without_price": ", ".join(diary.unpriced) or None}


async def _newest(url: str) -> tuple[CallRecord, CallDiary] | None:
    async with Records.open(url) as records:
        record = next(iter(await records.calls.recent(1)), None)
        if record is None:
            return None
        return record, await records.diaries.of(record.call_id)


async def _forget(settings: Settings, number: str) -> Forgotten:
    async with Records.open(settings.database_url) as records:
        shelf = Shelf(settings.kept.recordings_dir)
        return await records.forgetting.forget(spelled(number, settings.livekit.region), shelf)


def _end(why: str, exit_code: int) -> NoReturn:
    typer.echo(why, err=True)
    sys.exit(exit_code)


if __name__ == "__main__":
    app()

"""`python -m bot.records last`: what is kept of the newest call."""

import asyncio
import json
import sys
from typing import Annotated, Any, NoReturn

import typer

from bot.records.errors import RecordsError
from bot.records.record import CallRecord
from bot.records.records import Records
from bot.settings import Settings, SettingsError

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
        record = asyncio.run(_newest(Settings.load().database_url))
    except SettingsError as error:
        _end(str(error), _EXIT_BAD_SETTINGS)
    except RecordsError as error:
        _end(str(error), _EXIT_NOTHING)
    if record is None:
        _end("There is no call yet.", _EXIT_NOTHING)
    fields = shown(record)
    if as_json:
        typer.echo(json.dumps(fields))
        return
    for name, value in fields.items():
        typer.echo(f"{name:<14} {'-' if value is None else value}")


def shown(record: CallRecord) -> dict[str, Any]:
    """What may be printed of a call; times in ISO 8601."""
    values = {name: getattr(record, name) for name in _SHOWN}
    return {
        name: value.isoformat() if name.endswith("_at") and value is not None else value
        for name, value in values.items()
    }


async def _newest(url: str) -> CallRecord | None:
    async with Records.open(url) as records:
        return next(iter(await records.calls.recent(1)), None)


def _end(why: str, exit_code: int) -> NoReturn:
    typer.echo(why, err=True)
    sys.exit(exit_code)


if __name__ == "__main__":
    app()

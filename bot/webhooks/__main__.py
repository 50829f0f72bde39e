"""`python -m bot.webhooks`: what was told to the other system, and telling it again."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, NoReturn, TypeVar

import typer

from bot.records import Records, RecordsError, utc_now
from bot.records.outbox import Letter, LetterState
from bot.settings import Settings, SettingsError
from bot.webhooks.body import body

_EXIT_NOTHING = 1
_EXIT_BAD_SETTINGS = 2
_SHOWN = 50

_T = TypeVar("_T")

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def describe() -> None:
    """The messages to CRM_WEBHOOK_URL. Exit code 1 when there is none, 2 for bad settings."""


@app.command("list")
def list_letters(
    state: Annotated[LetterState | None, typer.Option(help="Only those.")] = None,
) -> None:
    """The newest messages first."""
    for letter in _with(lambda records: records.outbox.recent(_SHOWN, state)):
        typer.echo(_line(letter))


@app.command()
def show(call_id: Annotated[str, typer.Argument(help="The call's id.")]) -> None:
    """What the other system is told of a call, and how often that was tried."""

    async def read(records: Records) -> tuple[Letter, str] | None:
        letter, record = await records.outbox.get(call_id), await records.calls.get(call_id)
        if letter is None or record is None:
            return None
        return letter, body(record, await records.diaries.of(call_id))

    found = _with(read)
    if found is None:
        _end("There is no message about such a call.", _EXIT_NOTHING)
    letter, text = found
    typer.echo(json.dumps({**asdict(letter), "body": json.loads(text)}, default=str, indent=2))


@app.command()
def resend(call_id: Annotated[str, typer.Argument(help="The call's id.")]) -> None:
    """Send a message again, with the id that it had; a worker or a watch does it."""
    if not _with(lambda records: records.outbox.send_again(call_id, utc_now())):
        _end("There is no message about such a call.", _EXIT_NOTHING)
    typer.echo("It will be sent.")


def _line(letter: Letter) -> str:
    answer = letter.last_answer or "-"
    when = f"{letter.written_at:%Y-%m-%d %H:%M:%S}"
    return f"{when}  {letter.call_id}  {letter.state:<9} {letter.attempts:>3} {answer}"


def _with(work: Callable[[Records], Awaitable[_T]]) -> _T:
    async def run(url: str) -> _T:
        async with Records.open(url) as records:
            return await work(records)

    try:
        return asyncio.run(run(Settings.load().database_url))
    except SettingsError as error:
        _end(str(error), _EXIT_BAD_SETTINGS)
    except RecordsError as error:
        _end(str(error), _EXIT_NOTHING)


def _end(why: str, exit_code: int) -> NoReturn:
    typer.echo(why, err=True)
    sys.exit(exit_code)


if __name__ == "__main__":
    app()

"""What the commands about calls share: where they print, their settings, how they fail."""

import sys
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from bot.logs import configure_logs
from bot.settings import Settings, SettingsError
from bot.version import VERSION

FAILED, USAGE = 1, 2


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(VERSION)
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version."),
]
OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(highlight=False, soft_wrap=True, stderr=True)


def load_settings(as_json: bool = False) -> Settings:
    """The settings, or the end of the command in words."""
    try:
        settings = Settings.load()
    except SettingsError as error:
        fail(str(error), USAGE, as_json)
    configure_logs("WARNING", json=False, secrets=settings.secrets, stream=sys.stderr)
    return settings


def fail(words: str, exit_code: int, as_json: bool = False) -> NoReturn:
    """Say what is wrong, to people or to machines, and leave."""
    OUT.print_json(data={"error": words}) if as_json else ERR.print(words, markup=False)
    raise typer.Exit(exit_code)

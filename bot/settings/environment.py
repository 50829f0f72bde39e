"""The environment and the `.env` file beneath it, read in one way by every command."""

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values

from bot.settings.errors import Problem, SettingsError

ENV_FILE = Path(".env")


def read_environment(
    environ: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE
) -> dict[str, str]:
    """Every variable that is set, by default from this process and the folder's `.env`.

    A variable that is set in the environment wins over the file, also when it is empty; an empty
    one counts as not set. Nothing is replaced inside a value: `${` may be part of a password.
    Raises SettingsError when the file cannot be read.
    """
    below: Mapping[str, str | None] = {}
    if env_file is not None and env_file.is_file():
        try:
            below = dotenv_values(env_file, interpolate=False)
        except (OSError, UnicodeDecodeError) as error:
            remedy = "Make it a readable UTF-8 text file of NAME=value lines."
            raise SettingsError([Problem(str(env_file), "cannot be read", remedy)]) from error
    above = os.environ if environ is None else environ
    merged = {name: (value or "").strip() for name, value in {**below, **above}.items()}
    return {name: value for name, value in merged.items() if value}

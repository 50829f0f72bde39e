"""`python -m bot`: the worker process; `python -m bot migrate`: the database's tables alone."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.logs import configure_logs
from bot.settings import Problem, Settings, SettingsError
from bot.settings.libraries import prepare_environment
from bot.version import VERSION
from bot.worker.processes.fork_server import start_fork_server

_EXIT_BAD_SETTINGS = 2
_USAGE = "usage: python -m bot [migrate | --version]\n"


def main(arguments: Sequence[str]) -> int:
    """Run the worker, or the migrations alone.

    Exit code 0 after a drain, 1 for a failure, 2 for unusable settings or arguments.
    """
    if arguments == ["--version"]:
        sys.stdout.write(f"{VERSION}\n")
        return 0
    if arguments not in ([], ["migrate"]):
        sys.stderr.write(_USAGE)
        return _EXIT_BAD_SETTINGS
    try:
        settings = Settings.load()
        prepare_environment()
        if not arguments:
            start_fork_server()
            if settings.kept.records:
                _prepare_recordings(settings.kept.recordings_dir)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return _EXIT_BAD_SETTINGS
    configure_logs(settings.worker.log_level, json=True, secrets=settings.secrets)
    return _run(settings, migrations_alone=bool(arguments))


def _run(settings: Settings, *, migrations_alone: bool) -> int:
    # Imported only here: the fork server reads the same at the same time.
    from bot.records import RecordsError, migrate

    try:
        if migrations_alone:
            asyncio.run(migrate(settings.database_url))
            return 0
        from bot.worker.worker import serve

        return asyncio.run(serve(settings))
    except (RecordsError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _prepare_recordings(folder: Path) -> None:
    """No caller shall be told that they are recorded where that cannot be."""
    from bot.records.sound.shelf import Shelf

    try:
        Shelf(folder).prepare()
    except OSError as error:
        wrong = f"cannot be written to ({error.strerror}: {folder})"
        remedy = "Let this user write there, or set STORYLINE_RECORD=0."
        raise SettingsError([Problem("STORYLINE_RECORDINGS_DIR", wrong, remedy)]) from error


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`python -m bot`: the worker process."""

import asyncio
import sys

from bot.logs import configure_logs
from bot.records import RecordsError
from bot.settings import Settings, SettingsError
from bot.worker.worker import serve

_EXIT_BAD_SETTINGS = 2


def main() -> int:
    """Run the worker. Exit code 0 after a drain, 1 for a failure, 2 for unusable settings."""
    try:
        settings = Settings.load()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return _EXIT_BAD_SETTINGS
    configure_logs(settings.worker.log_level, json=True, secrets=settings.secrets)
    try:
        return asyncio.run(serve(settings))
    except RecordsError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())

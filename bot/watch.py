"""`python -m bot.watch`: the watches over the calls alone, to run beside LiveKit.

When every worker is gone, with its machine or its network, somebody must still hang up on their
callers. Takes no calls; needs the same settings as the worker.
"""

import asyncio
import logging
import sys

from bot.logs import configure_logs
from bot.settings import Settings, SettingsError
from bot.worker.signals import stop_on_signals
from bot.worker.watches import watches

logger = logging.getLogger("storyline.watch")

_EXIT_BAD_SETTINGS = 2


def main() -> int:
    """Watch until SIGTERM or SIGINT. Exit code 0 then, 2 for unusable settings."""
    try:
        settings = Settings.load()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return _EXIT_BAD_SETTINGS
    configure_logs(settings.worker.log_level, json=True, secrets=settings.secrets)
    asyncio.run(_watch(settings))
    return 0


async def _watch(settings: Settings) -> None:
    stop = stop_on_signals()
    async with watches(settings):
        logger.info("watching over the calls")
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())

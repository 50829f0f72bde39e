"""Being told to stop."""

import asyncio
import logging
import os
import signal

logger = logging.getLogger("storyline.worker")


def stop_on_signals() -> asyncio.Event:
    """An event that SIGTERM or SIGINT sets; a second one ends the process at once."""
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            logger.warning("second signal: ending at once, calls in progress are cut off")
            logging.shutdown()
            os._exit(1)
        stop.set()

    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, on_signal)
    return stop

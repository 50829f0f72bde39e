"""A model in a process of its own: asked from here, started again when it dies."""

import asyncio
import importlib
import logging
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

logger = logging.getLogger(__name__)

# A model that is not loaded by then never will be (it takes under 2 s on two busy cores).
LOAD_TIMEOUT_S = 60.0
# Deaths in a row, with no answer between them, after which the engine is given up.
MAX_FAILURES = 3


class EngineError(Exception):
    """The engine could not be started, died, or refused a request."""


class Engine:
    """The model that `module` has under the name MODEL (a class without arguments).

    The module is imported in the engine's own process only. The model's method `ready` does the
    work of a first run, which is slow; its others are asked one after the other, in the order of
    asking. Who stops waiting before his turn has come is passed over.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._pool = self._new_pool()
        self._failures = 0

    async def start(self) -> None:
        """Returns when the model is loaded. Raises EngineError."""
        try:
            async with asyncio.timeout(LOAD_TIMEOUT_S):
                await self.ask("ready")
        except TimeoutError:
            raise EngineError(
                f"{self._module} was not ready after {LOAD_TIMEOUT_S:.0f} s"
            ) from None

    async def ask(self, method: str, *arguments: Any) -> Any:
        """The answer of the model's method, asked once more when the process dies over it.

        Raises EngineError when that does not help, or when the method raises.
        """
        loop = asyncio.get_running_loop()
        for _ in range(2):
            if self._failures >= MAX_FAILURES:
                raise EngineError(f"{self._module} died {self._failures} times in a row")
            pool = self._pool
            try:
                answer = await loop.run_in_executor(pool, _answer, method, *arguments)
            except BrokenProcessPool:
                self._replace(pool)
            except Exception as error:  # the edge of a process: whatever the model raises
                raise EngineError(f"{self._module}: {type(error).__name__}: {error}") from error
            else:
                self._failures = 0
                return answer
        raise EngineError(f"{self._module} ended; see its error output")

    async def close(self) -> None:
        """Ends the process after what it is working on. Harmless when repeated."""
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

    def _replace(self, pool: ProcessPoolExecutor) -> None:
        if pool is self._pool:  # others waited for it too
            self._failures += 1
            self._pool = self._new_pool()
            logger.warning("%s ended and is started again", self._module)

    def _new_pool(self) -> ProcessPoolExecutor:
        # Forked, it would hold this process's threads and sockets.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(1, context, _load, (self._module,))


# In the engine's process.
_model: Any = None


def _load(module: str) -> None:
    global _model
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _model = importlib.import_module(module).MODEL()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(0)


def _answer(method: str, *arguments: Any) -> Any:
    return getattr(_model, method)(*arguments)

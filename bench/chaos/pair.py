"""Two workers on one line."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from local.stack import Stack, health
from local.stack.environment import clean_environment
from local.stack.part import Part, Program
from local.stack.ports import Ports

_START_LIMIT_S = 120.0
_STOP_GRACE_S = 3.0


class Pair:
    """The stack's own worker, and another one beside it."""

    def __init__(self, stack: Stack, other: Part) -> None:
        self._stack = stack
        self._other = other

    def with_the_call(self) -> int:
        """The process (and process group) of the worker that has the one call there is."""
        worker = self._stack.worker_pid if self._stack.job_pids() else self._other.pid
        assert worker is not None
        return worker


@asynccontextmanager
async def beside(stack: Stack) -> AsyncIterator[Pair]:
    """One more worker for as long as the block lasts."""
    port = Ports.pick().worker
    part = Part(
        Program(
            name="worker-2",
            command=(sys.executable, "-m", "bot"),
            env=clean_environment() | stack.env() | {"PORT": str(port)},
            run_dir=stack.run_dir,
            port=port,
            start_limit_s=_START_LIMIT_S,
        )
    )
    await part.start()
    try:
        await part.wait_ready(health.http_ok(port, "/ready"))
        yield Pair(stack, part)
    finally:
        await part.stop(_STOP_GRACE_S)

"""More than one worker on one line."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from local.stack import Stack, health
from local.stack.environment import clean_environment
from local.stack.parts.part import Part, Program
from local.stack.ports import Ports

# Four calls beside it on two cores.
_START_LIMIT_S = 240.0
_STOP_GRACE_S = 3.0
_POLL_S = 0.5


class Pair:
    """The stack's own worker, and another one beside it."""

    def __init__(self, stack: Stack, other: Part) -> None:
        self._stack = stack
        self._other = other

    @property
    def pids(self) -> list[int]:
        """Those of the two that run, in the order in which they were started."""
        return [pid for pid in (self._stack.worker_pid, self._other.pid) if pid is not None]

    async def wait_gone(self) -> None:
        """Until neither of the two runs any more."""
        while True:
            if not self.pids:
                return
            await asyncio.sleep(_POLL_S)

    def with_the_call(self) -> int:
        """The process (and process group) of the worker that has the one call there is."""
        worker = self._stack.worker_pid if self._stack.job_pids() else self._other.pid
        assert worker is not None
        return worker


@asynccontextmanager
async def beside(
    stack: Stack, name: str = "worker-2", env: Mapping[str, str] | None = None
) -> AsyncIterator[Pair]:
    """One more worker for as long as the block lasts, under a name of its own.

    `env` comes on top of the stack's.
    """
    port = Ports.pick().worker
    part = Part(
        Program(
            name=name,
            command=(sys.executable, "-m", "bot"),
            env=clean_environment() | stack.env() | {"PORT": str(port)} | dict(env or {}),
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

"""The stack that a cell measures: LiveKit, scripted providers, and one worker at a time."""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from bench.line.telephone import Line
from local.providers.control import ControlClient
from local.stack import Stack, health
from local.stack.environment import clean_environment
from local.stack.parts.part import Part, Program

START_LIMIT_S = 90.0
STOP_LIMIT_S = 6.0
BOT = ("-m", "bot")


@dataclass
class House:
    """What a cell needs."""

    stack: Stack
    providers: ControlClient
    _numbers: "count[int]" = field(default_factory=lambda: count(1000))

    @property
    def run_dir(self) -> Path:
        return self.stack.run_dir

    @property
    def line(self) -> Line:
        stack = self.stack
        return Line(
            stack.sip_address, stack.number, stack.sip_user, stack.sip_password, stack.run_dir
        )

    def new_caller(self) -> str:
        """A number that nobody has called from."""
        return f"+1202556{next(self._numbers):04d}"

    @asynccontextmanager
    async def worker(
        self,
        command: Sequence[str] = BOT,
        *,
        name: str = "worker",
        warm: int = 1,
        env: Mapping[str, str] | None = None,
    ) -> AsyncIterator["Running"]:
        """A worker that is registered and has `warm` processes ready. Raises PartFailed."""
        async with _running(name, command, self.stack, env or {}) as running:
            await running.wait_for("registered worker")
            await running.wait_for("process initialized", warm)
            yield running


@dataclass(frozen=True)
class Running:
    """A started process and its log."""

    part: Part

    @property
    def pid(self) -> int:
        """Of the process that was started; 0 when it has ended."""
        return self.part.pid or 0

    @property
    def log(self) -> str:
        """What it has written since it was started."""
        return self.part.log_since_start()

    async def wait_for(self, words: str, times: int = 1) -> None:
        """Until the log has `words` so often. Raises PartFailed."""

        async def is_written() -> bool:
            return self.log.count(words) >= times

        await self.part.wait_ready(is_written)


@asynccontextmanager
async def _running(
    name: str, arguments: Sequence[str], stack: Stack, env: Mapping[str, str]
) -> AsyncIterator[Running]:
    settings = clean_environment() | stack.env() | dict(env)
    command = (sys.executable, *arguments)
    program = Program(
        name, command, settings, stack.run_dir, START_LIMIT_S, port=0, stop_grace_s=STOP_LIMIT_S
    )
    part = Part(program)
    try:
        await part.start()
        yield Running(part)
    finally:
        await part.stop()


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """LiveKit with the number provisioned, and providers that say only what a script says.

    Raises StackError.
    """
    async with AsyncExitStack() as opened:
        stack = await opened.enter_async_context(Stack(with_providers=False, with_worker=False))
        port = stack.providers_url.rpartition(":")[2]
        command = ("-m", "local.providers", "--port", port, "--engine", "none")
        running = await opened.enter_async_context(_running("providers", command, stack, {}))
        await running.part.wait_ready(health.http_ok(int(port), "/health"))
        yield House(stack, ControlClient(stack.providers_url))

"""The stack that a cell measures: LiveKit, scripted providers, and one worker at a time."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import aiohttp

from bench.line.telephone import Line
from local.providers.control import ControlClient
from local.stack import Stack
from local.stack.environment import clean_environment

START_LIMIT_S = 90.0
STOP_LIMIT_S = 6.0
POLL_S = 0.05
BOT = ("-m", "bot")


class NotReady(Exception):
    """A process did not start; says where its log is."""


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
        """A worker that is registered and has `warm` processes ready. Raises NotReady."""
        settings = clean_environment() | self.stack.env() | dict(env or {})
        log = self.run_dir / f"{name}.log"
        async with _running(command, settings, log) as running:
            await running.wait_for("registered worker")
            await running.wait_for("process initialized", warm)
            yield running


@dataclass(frozen=True)
class Running:
    """A started process and its log."""

    process: asyncio.subprocess.Process
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    async def wait_for(self, words: str, times: int = 1) -> None:
        """Until the log has `words` so often. Raises NotReady."""
        try:
            async with asyncio.timeout(START_LIMIT_S):
                while self.log.read_text(errors="replace").count(words) < times:
                    if self.process.returncode is not None:
                        raise NotReady(f"it ended at once, see {self.log}")
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            raise NotReady(f"no {words!r} within {START_LIMIT_S:g} s, see {self.log}") from None

    async def stop(self) -> None:
        """SIGTERM to the group, SIGKILL after some seconds."""
        for kind in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self.pid, kind)
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_LIMIT_S):
                    await self.process.wait()


@asynccontextmanager
async def _running(
    arguments: Sequence[str], env: Mapping[str, str], log: Path
) -> AsyncIterator[Running]:
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            env=dict(env),
            stdout=file,
            stderr=file,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    running = Running(process, log)
    try:
        yield running
    finally:
        await running.stop()


@asynccontextmanager
async def open_house() -> AsyncIterator[House]:
    """LiveKit with the number provisioned, and providers that say only what a script says."""
    async with AsyncExitStack() as opened:
        stack = await opened.enter_async_context(Stack(with_providers=False, with_worker=False))
        port = stack.providers_url.rpartition(":")[2]
        env = clean_environment() | stack.env()
        command = ("-m", "local.providers", "--port", port, "--engine", "none")
        log = stack.run_dir / "providers.log"
        await opened.enter_async_context(_running(command, env, log))
        await _wait_healthy(f"{stack.providers_url}/health", log)
        yield House(stack, ControlClient(stack.providers_url))


async def _wait_healthy(url: str, log: Path) -> None:
    try:
        async with asyncio.timeout(START_LIMIT_S), aiohttp.ClientSession() as session:
            while True:
                with suppress(aiohttp.ClientError):
                    async with session.get(url) as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(POLL_S)
    except TimeoutError:
        raise NotReady(f"the providers are not healthy, see {log}") from None

"""One started program of the stack: its process group, its log, when it is ready, how it ends."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local.stack.errors import PartFailed
from local.stack.parts import processes

POLL_S = 0.05
TAIL_LINES = 15
TAIL_BYTES = 16_384
GROUP_GONE_POLLS = 40  # 2 s; a killed process is gone within one or two


@dataclass(frozen=True)
class Program:
    """What to start. `port` is the TCP port it listens on once it is ready, 0 for none; None: it
    runs to its end, within the start limit."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str]
    run_dir: Path
    start_limit_s: float
    port: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_grace_s: float = 3.0

    @property
    def log_path(self) -> Path:
        return self.run_dir / f"{self.name}.log"


class Part:
    """Starts a program in a process group of its own and ends all of that group."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._process: asyncio.subprocess.Process | None = None
        self._log_offset = 0

    @property
    def pid(self) -> int | None:
        """The process's id while it runs, else None."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    def members(self) -> list[int]:
        """Every living process of this part: the program and what it forked."""
        return [] if self._process is None else processes.group_members(self._process.pid)

    async def start(self) -> None:
        """Start the program; raises PartFailed when it cannot even be executed."""
        with self._open_log() as log:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    *map(str, self.program.command),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=log,
                    stderr=asyncio.subprocess.STDOUT,
                    env=dict(self.program.env),
                    cwd=self.program.run_dir,
                    start_new_session=True,  # a Ctrl-C at the terminal is ours to handle
                )
            except OSError as error:
                raise self._failure(f"cannot be started: {error}") from error

    async def wait_ready(self, is_healthy: Callable[[], Awaitable[bool]]) -> None:
        """Wait until this very process listens on its port and says that it is well.

        That it is ours matters: another program on the same port would answer just as well.
        Raises PartFailed when it ends by itself or takes longer than its limit.
        """
        try:
            async with asyncio.timeout(self.program.start_limit_s):
                # In this order: to look through the processes takes 5 ms of a processor.
                while not (await is_healthy() and self._listens()):
                    self._check_alive()
                    await asyncio.sleep(POLL_S)
        except TimeoutError:
            limit_s = self.program.start_limit_s
            raise self._failure(f"was not ready within {limit_s:g} s") from None

    async def run(self) -> None:
        """Start it and wait for its end. Raises PartFailed when it fails or takes too long."""
        limit_s = self.program.start_limit_s
        await self.start()
        assert self._process is not None
        try:
            async with asyncio.timeout(limit_s):
                exit_code = await self._process.wait()
        except TimeoutError:
            raise self._failure(f"took more than {limit_s:g} s") from None
        finally:
            await self.kill()
        if exit_code != 0:
            raise self._failure(f"ended with exit code {exit_code}")

    async def wait_ended(self) -> PartFailed:
        """Wait until it ends by itself, which a running stack's part must not; says how it did."""
        assert self._process is not None
        exit_code = await self._process.wait()
        return self._failure(f"ended by itself with exit code {exit_code}")

    async def stop(self, grace_s: float | None = None) -> None:
        """Ask it to end, wait, then kill what is left of its group. Harmless when ended."""
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(self.program.stop_signal)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(
                    self.program.stop_grace_s if grace_s is None else grace_s
                ):
                    await process.wait()
        await self.kill()

    async def kill(self) -> None:
        """SIGKILL the whole group, as a crash would; returns when it is gone."""
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        for _ in range(GROUP_GONE_POLLS):
            if not self.members():
                break
            await asyncio.sleep(POLL_S)
        self._process = None

    def log_since_start(self) -> str:
        """What the program has logged since it was last started."""
        with self.program.log_path.open("rb") as log:
            log.seek(self._log_offset)
            return log.read().decode(errors="replace")

    def _open_log(self) -> IO[bytes]:
        log = self.program.log_path.open("ab")
        self._log_offset = log.tell()
        return log

    def _listens(self) -> bool:
        port = self.program.port
        return not port or processes.listens(self.members(), port)

    def _check_alive(self) -> None:
        if self._process is not None and self._process.returncode is not None:
            raise self._failure(f"ended by itself with exit code {self._process.returncode}")

    def _failure(self, reason: str) -> PartFailed:
        tail = self.log_since_start()[-TAIL_BYTES:].splitlines()[-TAIL_LINES:]
        return PartFailed(self.program.name, reason, self.program.log_path, "\n".join(tail))

"""The stack's end of the pipe to its guard (guard.py), which outlives it by a moment."""

import asyncio
import secrets
import sys
from pathlib import Path

from local.stack import guard

GUARD_END_LIMIT_S = guard.SWEEP_LIMIT_S + 2.0


class Watch:
    """A guard process that ends every marked process when this one vanishes."""

    def __init__(self, mark: str, process: asyncio.subprocess.Process) -> None:
        self._mark = mark
        self._process = process

    @classmethod
    async def start(cls) -> "Watch":
        mark = secrets.token_hex(8)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(Path(guard.__file__)), mark),
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        return cls(mark, process)

    @property
    def env(self) -> dict[str, str]:
        """What a process must carry in its environment to be found by the guard."""
        return {guard.MARK_VARIABLE: self._mark}

    async def close(self) -> None:
        """Let the guard sweep up what is left, and wait until it has."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(GUARD_END_LIMIT_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()

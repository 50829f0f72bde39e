"""A telephone in a process of its own: the SIP stack allows one per process.

The process reads one JSON command a line and answers each with one line.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

from local.caller import CallerError, CallFailed, CallTimeout, PhoneCall, RingingCall, SipCaller

_NOWHERE = "http://127.0.0.1:9"  # nothing is said on these calls
_RING_TIMEOUT_S = 5.0


class Telephone:
    """The test's end of the process: one call at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator[Self]:
        """Start the process, and end it with the block."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            __name__,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            yield cls(process)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            try:
                async with asyncio.timeout(10):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    async def ask(self, command: str, **arguments: Any) -> Any:
        """Send a command and return its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = json.dumps({"command": command, **arguments})
        self._process.stdin.write(line.encode() + b"\n")
        return json.loads(await self._process.stdout.readline())


class _Answering:
    """The process's end: what each command does."""

    def __init__(self, caller: SipCaller) -> None:
        self._caller = caller
        self._ringing: RingingCall | None = None
        self._call: PhoneCall | None = None

    async def dial(self, **arguments: Any) -> str | int:
        """Call; return "ringing" or the SIP status of the refusal."""
        self._call = None
        self._ringing = await self._caller.start_dial(**arguments)
        try:
            await self._ringing.wait_ringing(_RING_TIMEOUT_S)
        except CallFailed as failure:
            return failure.status_code or failure.reason
        except CallTimeout:
            return "silence"
        return "ringing"

    async def wait_answered(self, timeout_s: float) -> bool | int:
        """Whether the call was answered in time, or the status of the refusal.

        A call that was not answered in time is given up.
        """
        assert self._ringing is not None
        try:
            self._call = await self._ringing.wait_answered(timeout_s)
        except CallFailed as failure:
            return failure.status_code or 0
        except CallTimeout:
            return False
        return True

    async def wait_for_speech(self, timeout_s: float) -> None:
        """Until the far end speaks."""
        assert self._call is not None
        await self._call.wait_for_speech(timeout_s)

    async def press(self, keys: str) -> None:
        assert self._call is not None
        await self._call.press(keys)

    async def wait_hung_up(self, timeout_s: float) -> bool:
        """Whether the far end hung up in time."""
        assert self._call is not None
        try:
            await self._call.wait_hung_up(timeout_s)
        except CallerError:
            return False
        return True

    async def hang_up(self) -> None:
        if self._call is not None:
            await self._call.aclose()
        elif self._ringing is not None:
            await self._ringing.cancel()
        self._call = self._ringing = None


async def _serve() -> None:
    async with SipCaller(_NOWHERE) as caller:
        answering = _Answering(caller)
        while line := await asyncio.to_thread(sys.stdin.readline):
            arguments = json.loads(line)
            command = getattr(answering, arguments.pop("command"))
            sys.stdout.write(json.dumps(await command(**arguments)) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve())

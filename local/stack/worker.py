"""The bot's worker process: when it can take a call, and which of its processes are in one."""

from local.stack import health, processes
from local.stack.errors import PartFailed
from local.stack.part import Part


class Worker:
    """Starts, stops and kills `python -m bot`."""

    def __init__(self, part: Part, port: int, livekit_port: int) -> None:
        self._part = part
        self._port = port
        self._livekit_port = livekit_port

    @property
    def pid(self) -> int | None:
        return self._part.pid

    def job_pids(self) -> list[int]:
        """Job processes connected to the LiveKit server: an idle one has no reason to be."""
        return [
            pid
            for pid in self._part.members()
            if pid != self.pid and processes.is_connected(pid, self._livekit_port)
        ]

    async def start(self) -> None:
        """Raises PartFailed when it ends by itself or is not ready in time."""
        await self._part.start()
        await self._part.wait_ready(health.http_ok(self._port, "/ready"))

    async def wait_ended(self) -> PartFailed:
        return await self._part.wait_ended()

    async def stop(self, grace_s: float) -> None:
        await self._part.stop(grace_s)

    async def kill(self) -> None:
        await self._part.kill()

"""Our side of the pipe: start an engine's process, ask it, and start it again if it dies."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from local.engine.frames import LENGTHS, Frame, FrameError, decode_frame, decode_lengths

logger = logging.getLogger(__name__)

LOAD_TIMEOUT_S = 60.0
"""A model that is not loaded by then never will be (it takes under 2 s on two busy cores)."""
END_TIMEOUT_S = 3.0
MAX_FAILURES = 3
"""Deaths in a row, with no answer between them, after which the engine is given up."""


class EngineError(Exception):
    """The engine could not be started, died, or refused a request."""


class EngineProcess:
    """A process that answers framed requests; see `local.engine.serve` for its other half.

    Requests may be made at the same time by many tasks. One task reads the answers and never
    waits for a consumer, so somebody who stops listening holds up nobody else.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self._command = tuple(command)
        self._env = env
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._waiting: dict[int, asyncio.Queue[Frame]] = {}
        self._last_id = 0
        self._failures = 0
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the living process, or None."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def start(self) -> None:
        """Starts the process unless it lives, and waits until its model is loaded."""
        async with self._starting:
            if self._closed:
                raise EngineError("the engine is closed")
            if self._reader is not None and not self._reader.done():
                return
            if self._failures >= MAX_FAILURES:
                raise EngineError(f"{self._name} died {self._failures} times in a row")
            self._failures += 1  # taken back by the first answer
            await self._end_process()
            await self._launch()

    async def request(
        self, header: Mapping[str, Any], payload: bytes = b""
    ) -> AsyncGenerator[Frame, None]:
        """The answers to one request. Stop iterating (and close) to cancel it.

        Raises EngineError when the engine dies or reports a failure.
        """
        await self.start()
        assert self._process is not None and self._process.stdin is not None
        self._last_id += 1
        request_id = self._last_id
        queue = self._waiting[request_id] = asyncio.Queue()
        finished = False
        try:
            self._process.stdin.write(Frame({**header, "id": request_id}, payload).encode())
            with contextlib.suppress(ConnectionError):  # its death arrives by the queue
                await self._process.stdin.drain()
            while True:
                frame = await queue.get()
                finished = "done" in frame.header or "error" in frame.header
                if "error" in frame.header:
                    raise EngineError(f"{self._name}: {frame.header['error']}")
                if finished:
                    return
                yield frame
        finally:
            del self._waiting[request_id]
            if not finished:
                self._cancel(request_id)

    async def close(self) -> None:
        """Ends the process and waits for its end. Harmless when repeated."""
        self._closed = True
        await self._end_process()

    @property
    def _name(self) -> str:
        return self._command[-1]

    async def _launch(self) -> None:
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env=self._env,
            )
        except OSError as error:
            raise EngineError(f"cannot start {self._name}: {error}") from error
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(LOAD_TIMEOUT_S):
                frame = await _read_frame(self._process.stdout)
        except TimeoutError:
            await self._end_process()
            raise EngineError(f"{self._name} not ready after {LOAD_TIMEOUT_S:.0f} s") from None
        except BaseException:
            await self._end_process()
            raise
        if frame is None:
            await self._end_process()
            raise EngineError(f"{self._name} ended while loading; see its error output")
        self._reader = asyncio.create_task(self._read_answers(self._process.stdout))

    async def _read_answers(self, stream: asyncio.StreamReader) -> None:
        """Hands every answer to whoever asked, until the process ends."""
        reason = "ended"
        try:
            while (frame := await _read_frame(stream)) is not None:
                self._failures = 0
                queue = self._waiting.get(frame.header.get("id", 0))
                if queue is not None:
                    queue.put_nowait(frame)
        except FrameError as error:
            reason = f"wrote garbage: {error}"
        finally:
            for queue in self._waiting.values():
                queue.put_nowait(Frame({"error": reason}))
        if not self._closed:
            logger.warning("%s %s; it is started again when next needed", self._name, reason)

    def _cancel(self, request_id: int) -> None:
        stdin = self._process.stdin if self._process is not None else None
        if stdin is not None and not stdin.is_closing():
            stdin.write(Frame({"op": "cancel", "id": request_id}).encode())

    async def _end_process(self) -> None:
        process, self._process = self._process, None
        reader, self._reader = self._reader, None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            try:
                async with asyncio.timeout(END_TIMEOUT_S):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
        if reader is not None:
            await reader


async def _read_frame(stream: asyncio.StreamReader) -> Frame | None:
    try:
        header_bytes, payload_bytes = decode_lengths(await stream.readexactly(LENGTHS.size))
        header = await stream.readexactly(header_bytes)
        return decode_frame(header, await stream.readexactly(payload_bytes))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None

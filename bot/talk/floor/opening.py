"""The first words of a call, synthesized while it still rings."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Never, Self

from livekit import rtc
from livekit.agents import APIError
from livekit.agents.tts import TTS
from livekit.agents.types import APIConnectOptions

logger = logging.getLogger("storyline.voice")


class Opening:
    """One sentence in Echo's mouth: `begun` is set when its first sound is there.

    Synthesizes ahead for as long as the context is open. A voice that fails shows when the frames
    are taken, as an APIError.
    """

    def __init__(self, tts: TTS[Never], text: str, options: APIConnectOptions) -> None:
        self.begun = asyncio.Event()
        self._frames: asyncio.Queue[rtc.AudioFrame | None] = asyncio.Queue()
        self._error: APIError | None = None
        self._stream = tts.synthesize(text, conn_options=options)
        self._filling: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._filling = asyncio.create_task(self._fill(), name="opening")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._filling is not None:
            self._filling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._filling
        await self._stream.aclose()

    async def frames(self) -> AsyncIterator[rtc.AudioFrame]:
        """What has been synthesized and what still comes. Raises APIError; to be taken once."""
        while (frame := await self._frames.get()) is not None:
            yield frame
        if self._error is not None:
            raise self._error

    async def _fill(self) -> None:
        try:
            async for audio in self._stream:
                self._frames.put_nowait(audio.frame)
                self.begun.set()
        except APIError as error:
            self._error = error
            logger.warning("the first words were not ready", extra={"error": repr(error)})
        finally:
            self._frames.put_nowait(None)

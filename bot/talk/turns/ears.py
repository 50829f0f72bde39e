"""The transcription of a call, and somebody who hears it before the session does."""

import asyncio
from collections.abc import Callable
from typing import Never, Protocol

from livekit.agents import stt, utils
from livekit.agents.types import (
    DEFAULT_API_CONNECT_OPTIONS,
    NOT_GIVEN,
    APIConnectOptions,
    NotGivenOr,
)


class Listener(Protocol):
    """Hears every event of the transcription first."""

    @property
    def needs_words(self) -> bool:
        """False while nobody would read the words, so that they need not be paid for."""

    def hear(self, event: stt.SpeechEvent) -> list[stt.SpeechEvent]:
        """Return what the session is to learn of this event."""


class Ears(stt.STT[Never]):
    """Listens with `inner`, and tells the session what `listener` lets through.

    `finish` asks for the words of what has been said so far, without waiting for the provider's
    own idea of an end. `tell` gives the session an event that did not come from the provider.
    """

    def __init__(self, inner: stt.STT[Never], listener: Listener) -> None:
        super().__init__(capabilities=inner.capabilities)
        self._label = inner.label
        self._inner = inner
        self._listener = listener
        self._streams: set[_Stream] = set()

    @property
    def model(self) -> str:
        return self._inner.model

    @property
    def provider(self) -> str:
        return self._inner.provider

    def stream(
        self,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
    ) -> stt.RecognizeStream:
        stream = _Stream(
            self, self._inner, self._listener, self._streams.discard, language, conn_options
        )
        self._streams.add(stream)
        return stream

    def finish(self) -> None:
        """Ask the provider for its final words now."""
        for stream in self._streams:
            stream.finish()

    def tell(self, event: stt.SpeechEvent) -> None:
        """Give the session an event as if it had been heard now."""
        for stream in self._streams:
            stream.tell(event)

    def prewarm(self) -> None:
        self._inner.prewarm()

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _recognize_impl(
        self,
        buffer: utils.AudioBuffer,
        *,
        language: NotGivenOr[str] = NOT_GIVEN,
        conn_options: APIConnectOptions,
    ) -> stt.SpeechEvent:
        return await self._inner.recognize(buffer, language=language, conn_options=conn_options)


class _Stream(stt.RecognizeStream):
    def __init__(
        self,
        ears: Ears,
        inner: stt.STT[Never],
        listener: Listener,
        forget: Callable[["_Stream"], None],
        language: NotGivenOr[str],
        conn_options: APIConnectOptions,
    ) -> None:
        super().__init__(stt=ears, conn_options=conn_options)
        self._ears = inner
        self._listener = listener
        self._forget = forget
        self._language = language
        self._is_open = True

    def finish(self) -> None:
        if self._is_open:
            self.flush()

    def tell(self, event: stt.SpeechEvent) -> None:
        if self._is_open:
            self._event_ch.send_nowait(event)

    async def aclose(self) -> None:
        self._is_open = False
        self._forget(self)
        await super().aclose()

    async def _run(self) -> None:
        # This stream repeats what fails, by its own options: the inner one fails at once.
        once = APIConnectOptions(
            max_retry=0,
            retry_interval=self._conn_options.retry_interval,
            timeout=self._conn_options.timeout,
        )
        async with self._ears.stream(language=self._language, conn_options=once) as inner:
            inner.start_time_offset = self.start_time_offset
            forwarding = asyncio.create_task(self._forward(inner), name="ears")
            try:
                async for event in inner:
                    for told in self._listener.hear(event):
                        self._event_ch.send_nowait(told)
            finally:
                await utils.aio.cancel_and_wait(forwarding)

    async def _forward(self, inner: stt.RecognizeStream) -> None:
        async for item in self._input_ch:
            if isinstance(item, self._FlushSentinel):
                inner.flush()
            elif self._listener.needs_words:
                inner.push_frame(item)
        inner.end_input()

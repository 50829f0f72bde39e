"""The caller's own voice and understanding, by HTTP: OpenAI speech and Deepgram transcription."""

import json
from typing import Any, Protocol

import aiohttp

from local.caller.errors import SpeechUnavailable

# What `response_format: pcm` means in OpenAI's speech API: 24 kHz, 16-bit, mono.
SPEECH_RATE_HZ = 24_000
REQUEST_TIMEOUT_S = 30.0


class Speech(Protocol):
    """Speaks and understands for a caller. Raises SpeechUnavailable."""

    async def synthesize(self, text: str) -> bytes:
        """16-bit mono sound at SPEECH_RATE_HZ."""
        ...

    async def transcribe(self, pcm: bytes, rate_hz: int) -> str:
        """The words in 16-bit mono sound; empty when there are none."""
        ...


class HttpSpeech:
    """The two provider interfaces, under one base address. Sentences already made are kept."""

    def __init__(self, session: aiohttp.ClientSession, providers_url: str) -> None:
        self._session = session
        self._url = providers_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=REQUEST_TIMEOUT_S)
        self._made: dict[str, bytes] = {}

    async def synthesize(self, text: str) -> bytes:
        if text not in self._made:
            body = {
                "model": "gpt-4o-mini-tts",
                "voice": "caller",
                "input": text,
                "response_format": "pcm",
            }
            self._made[text] = await self._post("/v1/audio/speech", json=body)
        return self._made[text]

    async def transcribe(self, pcm: bytes, rate_hz: int) -> str:
        query = f"/v1/listen?encoding=linear16&sample_rate={rate_hz}&channels=1&language=en"
        answer = await self._post(query, data=pcm)
        return _transcript(answer)

    async def _post(self, path: str, **body: Any) -> bytes:
        headers = {"Authorization": "Bearer scripted-caller"}
        if "data" in body:
            headers = {"Authorization": "Token scripted-caller", "Content-Type": "audio/raw"}
        try:
            async with self._session.post(
                self._url + path, headers=headers, timeout=self._timeout, **body
            ) as response:
                content = await response.read()
                if response.status != 200:
                    detail = content[:200].decode(errors="replace")
                    raise SpeechUnavailable(f"{path}: HTTP {response.status}: {detail}")
                return content
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SpeechUnavailable(
                f"{self._url}{path}: {error or type(error).__name__}"
            ) from error


def _transcript(answer: bytes) -> str:
    """The words in a pre-recorded Deepgram answer."""
    try:
        channel = json.loads(answer)["results"]["channels"][0]
        return str(channel["alternatives"][0]["transcript"]).strip()
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise SpeechUnavailable(f"not a Deepgram transcript: {answer[:200]!r}") from error

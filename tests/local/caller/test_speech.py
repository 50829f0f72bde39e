from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from local.caller.errors import SpeechUnavailable
from local.caller.speech import HttpSpeech

pytestmark = pytest.mark.unit
Handler = Callable[[web.Request], Awaitable[web.Response]]
DEEPGRAM_ANSWER = {"results": {"channels": [{"alternatives": [{"transcript": " hello "}]}]}}


@asynccontextmanager
async def served(listen: Handler, speech: Handler) -> AsyncIterator[HttpSpeech]:
    app = web.Application()
    app.add_routes([web.post("/v1/listen", listen), web.post("/v1/audio/speech", speech)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    try:
        async with aiohttp.ClientSession() as session:
            yield HttpSpeech(session, f"http://{host}:{port}/")
    finally:
        await runner.cleanup()


async def refuse(request: web.Request) -> web.Response:
    return web.json_response({"error": "no"}, status=500)


async def test_sound_is_sent_raw_with_its_format_in_the_query() -> None:
    seen: list[tuple[dict[str, str], bytes]] = []

    async def listen(request: web.Request) -> web.Response:
        seen.append((dict(request.query), await request.read()))
        return web.json_response(DEEPGRAM_ANSWER)

    async with served(listen, refuse) as speech:
        assert await speech.transcribe(b"\x01\x02" * 10, 8000) == "hello"
    ((query, body),) = seen
    assert body == b"\x01\x02" * 10
    assert query["encoding"] == "linear16"
    assert query["sample_rate"] == "8000"


async def test_the_caller_speaks_with_its_own_voice_and_a_sentence_is_made_once() -> None:
    seen: list[dict[str, str]] = []

    async def say(request: web.Request) -> web.Response:
        seen.append(await request.json())
        return web.Response(body=b"\x00\x01" * 10)

    async with served(refuse, say) as speech:
        assert await speech.synthesize("hello") == b"\x00\x01" * 10
        assert await speech.synthesize("hello") == b"\x00\x01" * 10
    (body,) = seen
    assert (body["voice"], body["input"], body["response_format"]) == ("caller", "hello", "pcm")


async def test_an_http_error_says_which_service_failed() -> None:
    async with served(refuse, refuse) as speech:
        with pytest.raises(SpeechUnavailable, match=r"/v1/audio/speech: HTTP 500"):
            await speech.synthesize("hello")


async def test_an_answer_of_another_shape_is_an_error() -> None:
    async def listen(request: web.Request) -> web.Response:
        return web.json_response({"results": {"channels": []}})

    async with served(listen, refuse) as speech:
        with pytest.raises(SpeechUnavailable, match="not a Deepgram transcript"):
            await speech.transcribe(b"", 8000)


async def test_a_service_that_is_not_there_is_an_error() -> None:
    async with aiohttp.ClientSession() as session:
        with pytest.raises(SpeechUnavailable):
            await HttpSpeech(session, "http://127.0.0.1:9").transcribe(b"", 8000)

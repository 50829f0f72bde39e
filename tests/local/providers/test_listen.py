import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import aiohttp
import pytest
from livekit.agents import APIConnectOptions, APIStatusError, stt
from livekit.plugins import deepgram

from local.providers.control import ControlClient
from local.providers.faults import Fault
from local.providers.script import Interim, Script, SttTurn
from tests.local.providers.fixed_ears import FixedEars
from tests.local.providers.sound import frames, speech
from tests.local.providers.waiting import until

pytestmark = pytest.mark.unit

RATE_HZ = 16_000
QUERY = {"model": "nova-3", "encoding": "linear16", "sample_rate": RATE_HZ}
START = stt.SpeechEventType.START_OF_SPEECH
INTERIM = stt.SpeechEventType.INTERIM_TRANSCRIPT
FINAL = stt.SpeechEventType.FINAL_TRANSCRIPT
END = stt.SpeechEventType.END_OF_SPEECH


class Line:
    """A live transcription by the production plugin."""

    def __init__(self, stream: stt.SpeechStream) -> None:
        self._stream = stream

    def say(self, name: str = "hello") -> None:
        for frame in frames(speech(name, RATE_HZ), RATE_HZ):
            self._stream.push_frame(frame)

    def finish(self) -> None:
        self._stream.end_input()

    async def until(self, kind: stt.SpeechEventType) -> list[tuple[stt.SpeechEventType, str]]:
        """Kinds and texts up to the first of that kind."""
        events: list[tuple[stt.SpeechEventType, str]] = []
        async with asyncio.timeout(5):
            async for event in self._stream:
                if event.type is not stt.SpeechEventType.RECOGNITION_USAGE:
                    text = event.alternatives[0].text if event.alternatives else ""
                    events.append((event.type, text))
                if event.type is kind:
                    return events
        raise AssertionError(f"ended without {kind}: {events}")


@asynccontextmanager
async def transcription(
    base_url: str, http: aiohttp.ClientSession, *, retries: int = 0, key: str = "any"
) -> AsyncIterator[Line]:
    model = deepgram.STT(
        model="nova-3", base_url=f"{base_url}/v1/listen", api_key=key, http_session=http
    )
    options = APIConnectOptions(max_retry=retries, retry_interval=0.05, timeout=2.0)
    async with model.stream(conn_options=options) as stream:
        yield Line(stream)


async def test_utterances_are_heard_as_scripted(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(stt=(SttTurn("My name is Anna."), SttTurn("Yes."))))
    async with transcription(base_url, http) as line:
        line.say("hello")
        first = await line.until(END)
        line.say("yes")
        second = await line.until(END)
    assert first == [(START, ""), (FINAL, "My name is Anna."), (END, "")]
    assert second == [(START, ""), (FINAL, "Yes."), (END, "")]


async def test_interims_come_before_the_final(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    interims = (Interim("My", 0.0), Interim("My name", 0.05))
    turn = SttTurn("My name is Anna.", delay_s=0.2, interims=interims)
    await control.script(Script(stt=(turn,)))
    async with transcription(base_url, http) as line:
        line.say()
        events = await line.until(FINAL)
    assert [text for kind, text in events if kind is INTERIM] == ["My", "My name"]


async def test_words_grow_while_the_caller_speaks(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    turn = SttTurn("Hello Echo, I am Anna.", interim_every_s=0.4, speech_s=1.6)
    await control.script(Script(stt=(turn,)))
    async with transcription(base_url, http) as line:
        line.say()
        events = await line.until(FINAL)
    interims = [text for kind, text in events if kind is INTERIM]
    assert interims == ["Hello", "Hello Echo,", "Hello Echo, I", "Hello Echo, I am Anna."]


async def test_result_at_a_time_of_its_own_needs_no_speech(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(stt=(SttTurn("Hello?", at_s=0.1),)))
    begin = time.monotonic()
    async with transcription(base_url, http) as line:
        assert (await line.until(FINAL))[-1] == (FINAL, "Hello?")
    assert time.monotonic() - begin >= 0.1


async def test_end_of_input_flushes_the_utterance_in_progress(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(stt=(SttTurn("My name is"),)))
    async with transcription(base_url, http) as line:
        line.say()
        line.finish()
        assert (FINAL, "My name is") in await line.until(FINAL)


async def test_final_is_late_by_the_delay(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(stt=(SttTurn("Hello."),)))
    await control.fault(Fault("stt", "delay", delay_s=0.3))
    begin = time.monotonic()
    async with transcription(base_url, http) as line:
        line.say()
        await line.until(FINAL)
    assert time.monotonic() - begin >= 0.3


@pytest.mark.parametrize("key", ["any", "wrong-key"])
async def test_refused_upgrade_reaches_the_plugin(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient, key: str
) -> None:
    await control.fault(Fault("stt", "http_error", status=503))
    with pytest.raises(APIStatusError) as caught:
        async with transcription(base_url, http, key=key) as line:
            await line.until(FINAL)
    assert caught.value.status_code == (401 if key == "wrong-key" else 503)


async def test_plugin_reconnects_when_an_open_line_is_cut(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(stt=(SttTurn("Before."), SttTurn("After."))))
    async with transcription(base_url, http, retries=3) as line:
        line.say()
        await line.until(END)
        await control.fault(Fault("stt", "cut"))
        await _connects(control, 2)
        line.say()
        assert (FINAL, "After.") in await line.until(FINAL)


async def test_cut_after_some_words(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(stt=(SttTurn("One two."), SttTurn("Lost."), SttTurn("Heard."))))
    await control.fault(Fault("stt", "cut", after=2))
    async with transcription(base_url, http, retries=3) as line:
        line.say()
        assert (FINAL, "One two.") in await line.until(FINAL)
        line.say()
        await _connects(control, 2)
        line.say()
        assert (FINAL, "Heard.") in await line.until(FINAL)


async def test_stalled_line_stays_open_and_mute(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.fault(Fault("stt", "stall"))
    async with http.ws_connect(f"{base_url}/v1/listen?{urlencode(QUERY)}") as ws:
        await ws.send_bytes(speech("hello", RATE_HZ))
        with pytest.raises(TimeoutError):
            await ws.receive(timeout=0.3)


async def _connects(control: ControlClient, number: int) -> None:
    """Waits for that many openings of a line."""

    async def look() -> bool:
        return [seen.kind for seen in await control.requests()].count("connect") >= number

    await until(look)


async def test_messages_have_deepgrams_shape(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(Script(stt=(SttTurn("Hello Anna."),)))
    query = QUERY | {"vad_events": "true", "utterance_end_ms": 50}
    messages = []
    async with http.ws_connect(f"{base_url}/v1/listen?{urlencode(query)}") as ws:
        await ws.send_str('{"type": "KeepAlive"}')
        await ws.send_bytes(speech("hello", RATE_HZ))
        for _ in range(3):
            messages.append(await ws.receive_json(timeout=3))
        await ws.send_str('{"type": "Finalize"}')
        messages.append(await ws.receive_json(timeout=3))
        await ws.send_str('{"type": "CloseStream"}')
        messages.append(await ws.receive_json(timeout=3))
        assert (await ws.receive(timeout=3)).type is aiohttp.WSMsgType.CLOSE
    started, final, utterance_end, finalized, metadata = messages
    assert started["type"] == "SpeechStarted"
    assert 0.4 < started["timestamp"] < 0.7
    assert (final["is_final"], final["speech_final"], final["from_finalize"]) == (True, True, False)
    words = final["channel"]["alternatives"][0]["words"]
    assert [word["punctuated_word"] for word in words] == ["Hello", "Anna."]
    assert words[-1]["end"] == pytest.approx(final["start"] + final["duration"], abs=0.01)
    assert utterance_end["last_word_end"] == words[-1]["end"]
    assert finalized["from_finalize"]
    assert metadata["duration"] == pytest.approx(3.1, abs=0.1)
    assert metadata["request_id"] == final["metadata"]["request_id"]


@pytest.mark.parametrize(
    "change",
    [
        {"language": "xx"},
        {"model": "whatever"},
        {"encoding": "opus"},
        {"sample_rate": ""},
        {"sample_rate": "fast"},
        {"channels": 2},
    ],
)
async def test_wrong_query_is_refused_in_deepgrams_shape(
    base_url: str, http: aiohttp.ClientSession, change: dict[str, object]
) -> None:
    async with http.get(f"{base_url}/v1/listen", params=urlencode(QUERY | change)) as response:
        assert response.status == 400
        assert (await response.json())["err_code"] == "Bad Request"


async def test_ears_get_only_the_speech_with_its_padding(
    base_url: str, http: aiohttp.ClientSession, ears: FixedEars
) -> None:
    async with transcription(base_url, http) as line:
        line.say("yes")
        assert (FINAL, "Hello, Anna.") in await line.until(FINAL)
    assert ears.heard_s == [pytest.approx(1.05, abs=0.1)]

import asyncio
import time

import aiohttp
import pytest
from livekit.agents import APIConnectionError, APIConnectOptions, APIError, APIStatusError
from livekit.plugins import openai

from local.providers.control import ControlClient
from local.providers.faults import Fault
from local.providers.script import Script, Sound, SpeechTurn
from local.sound.pcm import read_wav

pytestmark = pytest.mark.unit

ONCE = APIConnectOptions(max_retry=0, timeout=10.0)
TONE = Script(speech=(SpeechTurn(Sound(tone_s=0.5)),))


async def synthesize(base_url: str, response_format: str = "pcm", model: str = "m-tts") -> float:
    """Seconds of sound that the production plugin got for some words."""
    voice = openai.TTS(
        model=model,
        voice="echo",
        response_format=response_format,
        base_url=f"{base_url}/v1",
        api_key="any",
    )
    try:
        async with voice.synthesize("Hello there.", conn_options=ONCE) as stream:
            return sum([chunk.frame.duration async for chunk in stream])
    finally:
        await voice.aclose()


@pytest.mark.parametrize("model", ["gpt-4o-mini-tts", "tts-1"])
@pytest.mark.parametrize(
    ("response_format", "slack_s"), [("pcm", 0.03), ("wav", 0.03), ("mp3", 0.15)]
)
async def test_scripted_sound_arrives_in_every_format(
    base_url: str, control: ControlClient, response_format: str, slack_s: float, model: str
) -> None:
    """As server-sent events for the newer model, as plain bytes for tts-1."""
    await control.script(TONE)
    heard_s = await synthesize(base_url, response_format, model)
    assert heard_s == pytest.approx(0.5, abs=slack_s)


async def test_request_is_remembered(base_url: str, control: ControlClient) -> None:
    await synthesize(base_url)
    (seen,) = await control.requests()
    assert seen.details == {"input": "Hello there.", "voice": "echo", "speed": 1.0}


async def test_http_error_reaches_the_plugin(base_url: str, control: ControlClient) -> None:
    await control.fault(Fault("speech", "http_error", status=503))
    with pytest.raises(APIStatusError) as caught:
        await synthesize(base_url)
    assert caught.value.status_code == 503


@pytest.mark.parametrize("after", [0, 3])
async def test_cut_stream_reaches_the_plugin(
    base_url: str, control: ControlClient, after: int
) -> None:
    await control.fault(Fault("speech", "cut", after=after))
    with pytest.raises(APIConnectionError):
        await synthesize(base_url)


async def test_delay_makes_the_first_byte_late(base_url: str, control: ControlClient) -> None:
    await control.script(TONE)
    await control.fault(Fault("speech", "delay", delay_s=0.3))
    begin = time.monotonic()
    assert await synthesize(base_url) > 0.4
    assert time.monotonic() - begin >= 0.3


async def test_stalled_stream_stays_open_and_silent(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(TONE)
    await control.fault(Fault("speech", "stall", after=2))
    async with http.post(f"{base_url}/v1/audio/speech", json=_wanted("echo")) as response:
        got = await response.content.readexactly(2 * 4800)
        assert any(got)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await response.content.readany()


async def test_script_and_faults_spare_the_caller(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(TONE)
    await control.fault(Fault("speech", "http_error"))
    async with http.post(f"{base_url}/v1/audio/speech", json=_wanted("caller")) as response:
        assert response.status == 200
        pcm = await response.read()
    assert len(pcm) / 48_000 == pytest.approx(len("Hello.") * 0.05, abs=0.01)
    assert await control.requests() == []


async def test_half_the_speed_takes_twice_the_time(
    base_url: str, http: aiohttp.ClientSession
) -> None:
    sizes = []
    for speed in (1.0, 0.5):
        wanted = _wanted("echo") | {"speed": speed}
        async with http.post(f"{base_url}/v1/audio/speech", json=wanted) as response:
            sizes.append(len(await response.read()))
    assert sizes[1] == 2 * sizes[0]


async def test_wav_is_readable_as_a_file(
    base_url: str, http: aiohttp.ClientSession, control: ControlClient
) -> None:
    await control.script(TONE)
    wanted = _wanted("echo") | {"response_format": "wav"}
    async with http.post(f"{base_url}/v1/audio/speech", json=wanted) as response:
        pcm, rate_hz = read_wav(await response.read())
    assert (len(pcm), rate_hz) == (24_000, 24_000)


@pytest.mark.parametrize(
    "change",
    [
        {"response_format": "opus"},
        {"input": ""},
        {"input": None},
        {"model": None},
        {"speed": 0.2},
        {"speed": "slow"},
    ],
)
async def test_nonsense_is_a_400(
    base_url: str, http: aiohttp.ClientSession, change: dict[str, object]
) -> None:
    wanted = {k: v for k, v in (_wanted("echo") | change).items() if v is not None}
    async with http.post(f"{base_url}/v1/audio/speech", json=wanted) as response:
        assert response.status == 400
        assert (await response.json())["error"]["message"]


async def test_wrong_key_is_refused(base_url: str) -> None:
    voice = openai.TTS(base_url=f"{base_url}/v1", api_key="wrong-key")
    with pytest.raises(APIError) as caught:
        async with voice.synthesize("Hello.", conn_options=ONCE) as stream:
            _ = [chunk async for chunk in stream]
    await voice.aclose()
    assert isinstance(caught.value, APIStatusError)
    assert caught.value.status_code == 401


def _wanted(voice: str) -> dict[str, object]:
    return {"model": "m", "voice": voice, "input": "Hello.", "response_format": "pcm"}

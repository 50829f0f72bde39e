"""POST /v1/listen: the form by which the scripted caller listens."""

import json
from urllib.parse import urlencode

import aiohttp
import pytest

from local.providers.control import ControlClient
from local.providers.faults import Fault
from local.providers.script import Script, SttTurn
from local.sound.pcm import read_wav
from tests.local.providers.fixed_ears import FixedEars
from tests.local.providers.sound import speech, wav

pytestmark = pytest.mark.unit

RATE_HZ = 16_000
QUERY = {"model": "nova-3", "encoding": "linear16", "sample_rate": RATE_HZ}


async def recorded(http: aiohttp.ClientSession, url: str, body: bytes) -> str:
    async with http.post(url, data=body, headers={"Content-Type": "audio/raw"}) as response:
        assert response.status == 200, await response.text()
        answer = json.loads(await response.read())
    alternative = answer["results"]["channels"][0]["alternatives"][0]
    assert len(alternative["words"]) == len(alternative["transcript"].split())
    return str(alternative["transcript"])


async def test_recorded_wav_is_transcribed(
    base_url: str, http: aiohttp.ClientSession, ears: FixedEars
) -> None:
    text = await recorded(http, f"{base_url}/v1/listen?model=nova-3", wav("hello"))
    assert text == "Hello, Anna."


async def test_recorded_raw_sound_is_transcribed(
    base_url: str, http: aiohttp.ClientSession, ears: FixedEars
) -> None:
    pcm, rate_hz = read_wav(wav("hello"))
    query = urlencode(QUERY | {"sample_rate": rate_hz})
    assert await recorded(http, f"{base_url}/v1/listen?{query}", pcm) == "Hello, Anna."


async def test_two_recorded_utterances_are_joined_and_silence_is_not_heard(
    base_url: str, http: aiohttp.ClientSession, ears: FixedEars
) -> None:
    url = f"{base_url}/v1/listen?{urlencode(QUERY)}"
    twice = speech("hello", RATE_HZ) + speech("yes", RATE_HZ)
    assert await recorded(http, url, twice) == "Hello, Anna. Hello, Anna."
    ears.heard_s.clear()
    assert await recorded(http, url, bytes(64_000)) == ""
    assert ears.heard_s == []


async def test_faults_and_script_spare_the_recorded_form(
    base_url: str, http: aiohttp.ClientSession, ears: FixedEars, control: ControlClient
) -> None:
    await control.fault(Fault("stt", "http_error"))
    await control.script(Script(stt=(SttTurn("Scripted."),)))
    text = await recorded(http, f"{base_url}/v1/listen?model=nova-3", wav("yes"))
    assert text == "Hello, Anna."


async def test_nonsense_body_is_a_400(base_url: str, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{base_url}/v1/listen?model=nova-3", data=b"RIFFnot a wav") as response:
        assert response.status == 400

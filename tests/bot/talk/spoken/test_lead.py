"""What is dropped before the first sound of a voice, and what is not."""

import base64
import json
from collections.abc import Sequence

import httpx2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from livekit.agents import APIConnectOptions
from openai import AsyncOpenAI

from bot.talk.spoken.lead import RATE_HZ, Lead, PromptVoice

pytestmark = pytest.mark.unit

LOUD = np.full(RATE_HZ // 10, 8000, np.int16)


def silence(seconds: float, level: int = 0) -> bytes:
    return np.full(round(seconds * RATE_HZ), level, np.int16).tobytes()


def passed(*pieces: bytes) -> bytes:
    lead = Lead()
    return b"".join([*(lead.push(piece) for piece in pieces), lead.end()])


def seconds(sound: bytes) -> float:
    return len(sound) / 2 / RATE_HZ


@pytest.mark.parametrize("lead_s", [0.03, 0.1, 0.3, 0.45])
@pytest.mark.parametrize("level", [0, 100, -103])
def test_silence_before_the_first_sound_is_dropped_but_for_its_last_moment(
    lead_s: float, level: int
) -> None:
    sound = passed(silence(lead_s, level) + LOUD.tobytes())
    assert 0.12 <= seconds(sound) < 0.13
    assert sound.endswith(LOUD.tobytes())


@pytest.mark.parametrize("lead_s", [0.0, 0.01, 0.02])
def test_a_voice_that_begins_at_once_is_left_alone(lead_s: float) -> None:
    whole = silence(lead_s) + LOUD.tobytes()
    assert passed(whole) == whole


def test_silence_later_on_is_part_of_what_is_said() -> None:
    whole = LOUD.tobytes() + silence(0.4) + LOUD.tobytes()
    assert passed(whole) == whole


def test_a_long_silence_is_meant_and_goes_on_from_half_a_second() -> None:
    lead = Lead()
    came = [seconds(lead.push(silence(0.1))) for _ in range(10)]
    assert came[:5] == [0.0] * 5
    assert sum(came) == pytest.approx(0.5, abs=0.1)
    assert came[6:] == [pytest.approx(0.1)] * 4


def test_a_voice_that_is_never_heard_ends() -> None:
    assert seconds(passed(silence(0.2))) <= 0.03


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=60))
def test_it_does_not_matter_how_the_sound_is_cut(sizes: Sequence[int]) -> None:
    whole = silence(0.2) + LOUD.tobytes() + silence(0.05)
    pieces, at = [], 0
    for size in sizes:
        pieces.append(whole[at : at + size])
        at += size
    assert passed(*pieces, whole[at:]) == passed(whole)


# --- as a voice of LiveKit's ----------------------------------------------------------------------


def voice(body: bytes, kind: str, asked: list[httpx2.Request] | None = None) -> PromptVoice:
    """The voice with a server that answers every request with `body`; `asked` gets them."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        if asked is not None:
            asked.append(request)
        return httpx2.Response(200, content=body, headers={"content-type": kind})

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    client = AsyncOpenAI(api_key="a key", base_url="http://127.0.0.1:9/v1", http_client=http)
    return PromptVoice(client=client, model="gpt-4o-mini-tts", response_format="pcm")


async def heard(speaker: PromptVoice) -> bytes:
    stream = speaker.synthesize("Once upon a time.")
    return b"".join([bytes(each.frame.data) async for each in stream])


async def test_the_caller_hears_the_first_sound_at_once() -> None:
    sound = await heard(voice(silence(0.3) + LOUD.tobytes(), "audio/pcm"))
    assert seconds(sound) == pytest.approx(0.12, abs=0.011)


async def test_a_voice_that_comes_in_events_begins_at_once_too() -> None:
    audio = base64.b64encode(silence(0.3) + LOUD.tobytes()).decode()
    events = [{"type": "speech.audio.delta", "audio": audio}, {"type": "speech.audio.done"}]
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events)
    sound = await heard(voice(body.encode(), "text/event-stream"))
    assert seconds(sound) == pytest.approx(0.12, abs=0.011)


async def test_each_wish_slows_the_voice_down_to_seven_tenths_at_most() -> None:
    asked: list[httpx2.Request] = []
    speaker = voice(LOUD.tobytes(), "audio/pcm", asked)
    for _ in range(4):
        await heard(speaker)
        speaker.slow_down()
    assert [json.loads(request.content)["speed"] for request in asked] == [1.0, 0.85, 0.7, 0.7]


OPTIONS = APIConnectOptions()


async def test_what_was_prepared_is_taken_once_and_by_its_words() -> None:
    speaker = voice(LOUD.tobytes(), "audio/pcm")
    speaker.prepare("Once upon a time.", OPTIONS)
    other = speaker.synthesize("Something else.")
    first, second = (speaker.synthesize("Once upon a time.") for _ in range(2))
    assert len({other, first, second}) == 3
    assert [each.input_text for each in (other, first)] == ["Something else.", "Once upon a time."]
    assert b"".join([bytes(each.frame.data) async for each in first])
    for stream in (other, second):
        await stream.aclose()


async def test_what_nobody_has_asked_for_is_dropped() -> None:
    speaker = voice(LOUD.tobytes(), "audio/pcm")
    speaker.prepare("Once upon a time.", OPTIONS)
    await speaker.drop_prepared()
    await speaker.drop_prepared()
    assert seconds(await heard(speaker)) > 0

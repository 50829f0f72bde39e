"""The real ears understand the real voice through a telephone: 8 kHz, mu-law."""

import time
from collections.abc import AsyncIterator

import numpy as np
import pytest
import pytest_asyncio

from local.ears import Ears
from local.engine import EngineError
from local.sound.pcm import Samples, from_pcm, to_pcm
from local.sound.resample import resample
from local.storyteller.answers import chosen
from local.storyteller.facts import BOTH, Facts, learn
from local.storyteller.phrases import is_no, is_stop, is_yes, plain
from local.storyteller.story_data import load_stories
from local.voice import CALLER, ECHO, SAMPLE_RATE_HZ, Voice
from tests.second_tries import Misheard

pytestmark = pytest.mark.stack

PHONE_RATE_HZ = 8000
GREETING = (
    "Hello, this is Echo, the storyteller. Before I tell you a story, may I ask your name, "
    "and where you are calling from?"
)
LONG_SCENE = (
    "One night the old lighthouse near Lisbon goes dark. A fishing boat with a blue lantern is far "
    "out at sea, and only you are awake. Do you climb the tower, or run down to the beach? Behind "
    "the door lies a garden where it is always evening."
)


@pytest_asyncio.fixture(scope="module")
async def ears() -> AsyncIterator[Ears]:
    async with Ears.start() as started:
        yield started


@pytest_asyncio.fixture(scope="module")
async def voice() -> AsyncIterator[Voice]:
    async with Voice.start() as started:
        yield started


def through_g711(sound: Samples) -> Samples:
    """What mu-law with 8 bits leaves of it."""
    scaled = np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log1p(255)
    coarse = np.round(scaled * 127) / 127
    out: Samples = np.sign(coarse) * np.expm1(np.abs(coarse) * np.log1p(255)) / 255
    return out.astype(np.float32)


async def spoken(voice: Voice, text: str, who: str = ECHO, speed: float = 1.0) -> Samples:
    chunks = voice.speak(text, voice=who, speed=speed)
    return from_pcm(b"".join([chunk async for chunk in chunks]))


async def heard_by_phone(ears: Ears, voice: Voice, text: str) -> str:
    """The text said by the caller, as the ears write it; cut out with a little silence around."""
    phone = resample(await spoken(voice, text, CALLER), SAMPLE_RATE_HZ, PHONE_RATE_HZ)
    quiet = np.zeros(PHONE_RATE_HZ // 4, dtype=np.float32)
    pcm = to_pcm(through_g711(np.concatenate([quiet, phone, quiet])))
    return await ears.transcribe(pcm, PHONE_RATE_HZ)


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        ("Hi, I'm Thomas from London.", Facts("Thomas", "London")),
        ("My name is Bob, and I live in New York City.", Facts("Bob", "New York City")),
        ("I'm calling from Lisbon.", Facts(None, "Lisbon")),
        ("I'd rather not say.", Facts("", "")),
    ],
)
async def test_who_is_calling_is_understood(
    ears: Ears, voice: Voice, said: str, facts: Facts
) -> None:
    assert learn(Facts(), await heard_by_phone(ears, voice, said), BOTH) == facts


async def test_maria_is_heard_as_some_name(ears: Ears, voice: Voice) -> None:
    facts = learn(Facts(), await heard_by_phone(ears, voice, "My name is Maria."), BOTH)
    assert facts.name is not None and facts.name.startswith("Mar")


async def test_yes_no_and_stop_are_understood(ears: Ears, voice: Voice) -> None:
    async def words(said: str) -> str:
        return plain(await heard_by_phone(ears, voice, said))

    assert is_yes(await words("Yes, please."))
    assert is_no(await words("No."))
    assert is_no(await words("No, thank you."))
    assert is_stop(await words("I have to go now. Goodbye."))
    assert is_stop(await words("Please stop the story."))


async def test_choices_are_understood(ears: Ears, voice: Voice) -> None:
    for tale in load_stories():
        scene = tale.scenes[tale.start]
        options = scene.again.split(", or ")
        for option, choice in zip(options, scene.choices, strict=True):
            heard = await heard_by_phone(ears, voice, option)
            assert chosen(scene, plain(heard), {}) == choice.to, heard


@pytest.mark.alone
async def test_one_second_after_the_request_the_voice_has_begun(voice: Voice) -> None:
    asked_s = time.perf_counter()
    chunks = voice.speak(GREETING)
    await anext(chunks)
    first_s = time.perf_counter() - asked_s
    await chunks.aclose()
    assert first_s < 1.0


@pytest.mark.alone
async def test_a_repeated_text_is_there_at_once(voice: Voice) -> None:
    once = await spoken(voice, "The same again.")
    asked_s = time.perf_counter()
    again = await spoken(voice, "The same again.")
    assert time.perf_counter() - asked_s < 0.02
    assert np.array_equal(once, again)


async def test_sentences_come_one_by_one_without_silence_before(voice: Voice) -> None:
    chunks = [from_pcm(chunk) async for chunk in voice.speak("One door. Two doors. Three doors?")]
    assert len(chunks) == 3
    loud = np.flatnonzero(np.abs(chunks[0]) > 0.05)
    assert loud[0] / SAMPLE_RATE_HZ < 0.1
    for chunk in chunks:
        assert 20 * np.log10(np.abs(chunk).max()) == pytest.approx(-3.0, abs=0.1)


async def test_the_caller_sounds_higher(voice: Voice) -> None:
    text = "We are all alone now, you and me, near the old mill by the river."
    ratio = pitch_hz(await spoken(voice, text, CALLER)) / pitch_hz(await spoken(voice, text))
    assert 1.1 < ratio < 1.35


async def test_a_slower_voice_is_as_low_and_is_understood(ears: Ears, voice: Voice) -> None:
    text = "We are all alone now, you and me, near the old mill by the river."
    usual = await spoken(voice, text)
    slow = await spoken(voice, text, speed=0.7)
    assert len(slow) / len(usual) == pytest.approx(1 / 0.7, rel=0.15)
    assert pitch_hz(slow) / pitch_hz(usual) == pytest.approx(1.0, abs=0.1)
    heard = await ears.transcribe(to_pcm(slow), SAMPLE_RATE_HZ)
    if "river" not in heard.lower():
        raise Misheard(f"a slower voice: {heard}")


def pitch_hz(sound: Samples) -> float:
    """The median over voiced windows of 60 ms, by autocorrelation."""
    window = int(0.06 * SAMPLE_RATE_HZ)
    low, high = SAMPLE_RATE_HZ // 300, SAMPLE_RATE_HZ // 60
    found = []
    for start in range(0, len(sound) - window, window):
        piece = sound[start : start + window]
        lags = np.correlate(piece, piece, "full")[window - 1 :]
        best = low + int(np.argmax(lags[low:high]))
        if lags[best] > 0.6 * lags[0] and lags[0] > 1.0:
            found.append(SAMPLE_RATE_HZ / best)
    return float(np.median(found))


@pytest.mark.alone
async def test_who_stops_listening_holds_up_nobody(voice: Voice) -> None:
    chunks = voice.speak(" ".join(f"This is the long sentence number {n}." for n in range(60)))
    await anext(chunks)
    await chunks.aclose()
    asked_s = time.perf_counter()
    assert len(await spoken(voice, "Here I am.")) > 0
    assert time.perf_counter() - asked_s < 1.5


async def test_text_without_words_is_silence(voice: Voice) -> None:
    assert len(await spoken(voice, "")) == 0
    assert len(await spoken(voice, "...")) < SAMPLE_RATE_HZ


async def test_silence_and_nothing_are_no_error(ears: Ears) -> None:
    assert await ears.transcribe(b"", PHONE_RATE_HZ) == ""
    assert await ears.transcribe(bytes(160), PHONE_RATE_HZ) == ""


async def test_a_hint_names_a_likely_word(ears: Ears, voice: Voice) -> None:
    sound = to_pcm(await spoken(voice, "My name is Maria.", CALLER))
    assert "Maria" in await ears.transcribe(sound, SAMPLE_RATE_HZ, hint="My name is Maria.")


async def test_long_speech_is_heard_to_its_end(ears: Ears, voice: Voice) -> None:
    # No sentence twice: Whisper takes that for a loop of its own, and stops.
    text = f"{GREETING} {LONG_SCENE} And this is the end of the golden bridge."
    sound = to_pcm(await spoken(voice, text))
    assert len(sound) / 2 / SAMPLE_RATE_HZ > 20
    heard = await ears.transcribe(sound, SAMPLE_RATE_HZ)
    if "golden bridge" not in heard.lower():
        raise Misheard(f"the end is missing: {heard}")


async def test_a_missing_model_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORYLINE_LOCAL_WHISPER_MODEL", "/nowhere")
    monkeypatch.setenv("STORYLINE_LOCAL_PIPER_VOICE", "/nowhere.onnx")
    with pytest.raises(EngineError):
        async with Ears.start():
            pass
    with pytest.raises(EngineError):
        async with Voice.start():
            pass

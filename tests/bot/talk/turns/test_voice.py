"""What counts as a voice over Echo's own: an open mouth, and not a hum."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from livekit import rtc
from livekit.agents import vad

from bot.talk.turns.interruption import PAUSE_AFTER_S
from bot.talk.turns.voice import Mouth, VoiceDetector, is_hum

pytestmark = pytest.mark.unit

RATE_HZ = 24_000
WINDOW_S = 0.032
THRESHOLD = 0.5
INFERENCE, START, END = (
    vad.VADEventType.INFERENCE_DONE,
    vad.VADEventType.START_OF_SPEECH,
    vad.VADEventType.END_OF_SPEECH,
)
# Resonances of the mouth, in Hz, and how loud they are against the first.
CLOSED = {250: 1.0, 1000: 0.03, 2200: 0.01}
VOWELS = {
    "a": {700: 1.0, 1200: 0.6, 2500: 0.2},
    "e": {450: 1.0, 2000: 0.5, 2600: 0.3},
    "o": {450: 1.0, 950: 0.5, 2500: 0.05},
}


def voice(
    resonances: dict[int, float], pitch_hz: float, seconds: float = WINDOW_S
) -> npt.NDArray[np.int16]:
    """A steady voice: harmonics of the pitch, as loud as the nearest resonance lets them be."""
    times = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sound = np.zeros(len(times))
    for hz in np.arange(pitch_hz, 3600, pitch_hz):
        loud = sum(a / (1 + ((hz - at) / 120) ** 2) for at, a in resonances.items())
        sound += loud * np.sin(2 * np.pi * hz * times)
    scaled: npt.NDArray[np.int16] = (sound / np.abs(sound).max() * 8000).astype(np.int16)
    return scaled


HUM, SPEECH = voice(CLOSED, 140), voice(VOWELS["a"], 140)


@pytest.mark.parametrize("pitch_hz", [95, 120, 160, 210, 260])
def test_a_closed_mouth_hums(pitch_hz: int) -> None:
    assert is_hum(voice(CLOSED, pitch_hz), RATE_HZ)


@pytest.mark.parametrize("pitch_hz", [95, 120, 160, 210, 260])
@pytest.mark.parametrize("vowel", VOWELS)
def test_an_open_mouth_does_not(vowel: str, pitch_hz: int) -> None:
    assert not is_hum(voice(VOWELS[vowel], pitch_hz), RATE_HZ)


def test_a_hiss_is_no_hum() -> None:
    noise = np.random.default_rng(1).normal(0, 2000, round(WINDOW_S * RATE_HZ))
    assert not is_hum(noise.astype(np.int16), RATE_HZ)


def test_the_level_does_not_matter() -> None:
    assert is_hum(HUM // 40, RATE_HZ)
    assert not is_hum(SPEECH // 40, RATE_HZ)


def window(
    sound: npt.NDArray[np.int16], speech_s: float, probability: float = 0.9, *, speaking: bool
) -> vad.VADEvent:
    frame = rtc.AudioFrame(sound.tobytes(), RATE_HZ, 1, len(sound))
    return vad.VADEvent(
        type=INFERENCE,
        samples_index=0,
        timestamp=0.0,
        speech_duration=speech_s,
        silence_duration=0.0,
        frames=[frame],
        probability=probability,
        speaking=speaking,
    )


def start(speech_s: float) -> vad.VADEvent:
    return replace(window(SPEECH, speech_s, speaking=True), type=START, frames=[])


def hear_voice(mouth: Mouth, sounds: list[npt.NDArray[np.int16]]) -> list[float]:
    """The voice that LiveKit is told of, window by window, as its detector tells of one."""
    told: list[float] = []
    for number, sound in enumerate(sounds, 1):
        speaking = number > 2
        events = mouth.hear(window(sound, number * WINDOW_S * speaking, speaking=speaking))
        if number == 2:
            events = mouth.hear(start(number * WINDOW_S))[1:]
        told.append(events[0].speech_duration)
    return told


def test_a_word_counts_from_the_window_in_which_it_is_noticed() -> None:
    told = hear_voice(Mouth(THRESHOLD), [SPEECH] * 4)
    assert told == pytest.approx([0.0, 0.064, 0.096, 0.128])
    assert told[1] >= PAUSE_AFTER_S


def test_a_hum_counts_for_nothing() -> None:
    assert hear_voice(Mouth(THRESHOLD), [HUM] * 11) == pytest.approx([0.0] * 11)


def test_a_hum_that_becomes_a_word_counts_from_the_word() -> None:
    told = hear_voice(Mouth(THRESHOLD), [HUM] * 3 + [SPEECH] * 3)
    assert told == pytest.approx([0.0, 0.0, 0.0, 0.032, 0.064, 0.096])


def test_a_hum_that_does_not_end_gets_the_word_after_all() -> None:
    told = hear_voice(Mouth(THRESHOLD), [HUM] * 13)
    assert told[11] == 0.0  # 0.384 s
    assert told[12] == pytest.approx(0.416)


def test_silence_between_two_voices_begins_anew() -> None:
    mouth = Mouth(THRESHOLD)
    hear_voice(mouth, [SPEECH] * 4)
    mouth.hear(replace(start(0.0), type=END, speaking=False))
    mouth.hear(window(SPEECH, 0.0, probability=0.1, speaking=False))
    assert hear_voice(mouth, [HUM] * 4) == pytest.approx([0.0] * 4)


def test_windows_without_voice_are_not_counted() -> None:
    mouth = Mouth(THRESHOLD)
    hear_voice(mouth, [SPEECH] * 2)
    (quiet,) = mouth.hear(window(SPEECH, 0.096, probability=0.2, speaking=True))
    assert quiet.speech_duration == pytest.approx(0.064)


def test_the_end_of_a_voice_is_told_as_it_is() -> None:
    end = replace(start(0.5), type=END)
    assert Mouth(THRESHOLD).hear(end) == [end]


async def test_the_detector_hears_with_the_inner_one() -> None:
    inner = Scripted([window(SPEECH, 0.0, speaking=False), start(WINDOW_S)])
    stream = VoiceDetector(inner, threshold=THRESHOLD).stream()
    stream.push_frame(rtc.AudioFrame(SPEECH.tobytes(), RATE_HZ, 1, len(SPEECH)))
    stream.end_input()
    told = [event.type async for event in stream]
    assert told == [INFERENCE, START, INFERENCE]
    assert inner.frames == 1
    await stream.aclose()


class Scripted(vad.VAD):
    """A detector that says the same of whatever it hears."""

    def __init__(self, events: list[vad.VADEvent]) -> None:
        super().__init__(capabilities=vad.VADCapabilities(update_interval=WINDOW_S))
        self.events = events
        self.frames = 0

    def stream(self) -> vad.VADStream:
        return ScriptedStream(self)


class ScriptedStream(vad.VADStream):
    def __init__(self, detector: Scripted) -> None:
        self._detector = detector
        super().__init__(detector)

    async def _main_task(self) -> None:
        async for item in self._input_ch:
            if isinstance(item, rtc.AudioFrame):
                self._detector.frames += 1
                for event in self._detector.events:
                    self._event_ch.send_nowait(event)

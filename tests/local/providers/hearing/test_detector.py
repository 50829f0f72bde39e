import pytest

from local.providers.hearing.detector import (
    DetectorOptions,
    Paused,
    SpeechDetector,
    Started,
    Stopped,
)
from local.sound.pcm import pieces, tone
from tests.local.providers.sound import speech

pytestmark = pytest.mark.unit

RATES_HZ = (8000, 16_000, 24_000)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("name", ["hello", "yes"])
def test_an_utterance_starts_pauses_and_stops(name: str, rate_hz: int) -> None:
    detector = SpeechDetector(rate_hz)
    events = [
        event for p in pieces(speech(name, rate_hz), 0.02, rate_hz) for event in detector.push(p)
    ]
    assert isinstance(events[0], Started)
    assert 0.4 < events[0].at_s < 0.7
    assert isinstance(events[-1], Stopped)
    assert events[-1].segment.voiced_s > 0.3
    assert isinstance(events[-2], Paused)
    assert events[-2].segment == events[-1].segment
    assert not detector.speaking


def test_a_segment_has_padding_on_both_sides() -> None:
    detector = SpeechDetector(16_000)
    stopped = detector.push(speech("hello", 16_000))[-1]
    assert isinstance(stopped, Stopped)
    segment = stopped.segment
    padded_s = segment.end_s - segment.start_s + 2 * DetectorOptions.padding_s
    assert len(segment.pcm) == pytest.approx(padded_s * 32_000, abs=4)


def test_size_of_the_pieces_does_not_matter() -> None:
    pcm = speech("hello", 24_000)
    detector = SpeechDetector(24_000)
    in_pieces = [event for p in pieces(pcm, 0.013, 24_000) for event in detector.push(p)]
    at_once = SpeechDetector(24_000).push(pcm)
    assert [type(event) for event in in_pieces] == [type(event) for event in at_once]


@pytest.mark.parametrize("pcm", [bytes(64_000), tone(2.0, 440.0, 16_000)])
def test_silence_and_tones_are_no_speech(pcm: bytes) -> None:
    detector = SpeechDetector(16_000)
    assert [*detector.push(pcm), *detector.finish()] == []


def test_finish_ends_the_speech_in_progress() -> None:
    detector = SpeechDetector(16_000)
    begun = detector.push(speech("hello", 16_000)[: 2 * 24_000])
    assert isinstance(begun[0], Started)
    assert detector.speaking
    assert isinstance(detector.finish()[-1], Stopped)
    assert not detector.speaking


def test_long_speech_is_split() -> None:
    detector = SpeechDetector(16_000, DetectorOptions(max_speech_s=0.5))
    stops = [
        event for event in detector.push(speech("hello", 16_000)) if isinstance(event, Stopped)
    ]
    assert stops[0].split
    assert not stops[-1].split
    assert stops[1].segment.start_s == stops[0].segment.end_s

import numpy as np
import pytest

from local.caller.hearing.segments import Segmenter
from local.caller.timing import Span
from local.sound.detectors import SileroDetector
from local.sound.pcm import Pcm
from tests.local.caller.fakes import RATE_HZ, LoudnessDetector, tone

pytestmark = pytest.mark.unit
EXACT_S = 0.03


def silence(duration_s: float) -> Pcm:
    return np.zeros(round(duration_s * RATE_HZ), dtype=np.int16)


def segmenter(**options: float) -> Segmenter:
    return Segmenter(LoudnessDetector(), RATE_HZ, **options)


def push_in_packets(ears: Segmenter, *sounds: Pcm) -> list[Span]:
    stream = np.concatenate(sounds)
    packet = RATE_HZ // 50
    ended = []
    for begin in range(0, len(stream), packet):
        ended += ears.push(stream[begin : begin + packet])
    return ended


@pytest.mark.parametrize("start_s", [0.3, 0.333, 0.35, 0.411])
def test_an_utterance_has_its_true_times(start_s: float) -> None:
    spans = push_in_packets(segmenter(), silence(start_s), tone(1.234), silence(1.0))
    assert len(spans) == 1
    assert spans[0].start_s == pytest.approx(start_s, abs=EXACT_S)
    assert spans[0].end_s == pytest.approx(start_s + 1.234, abs=EXACT_S)


def test_times_count_from_the_origin() -> None:
    spans = push_in_packets(segmenter(origin_s=5.0), silence(0.5), tone(0.5), silence(1.0))
    assert spans[0].start_s == pytest.approx(5.5, abs=EXACT_S)


def test_a_short_pause_does_not_end_an_utterance_and_a_long_one_does() -> None:
    parts = (silence(0.3), tone(0.5), silence(0.4), tone(0.5), silence(0.8), tone(0.5))
    spans = push_in_packets(segmenter(), *parts, silence(1.0))
    assert [round(span.duration_s, 1) for span in spans] == [1.4, 0.5]


def test_the_silence_that_ends_an_utterance_can_be_chosen() -> None:
    parts = (silence(0.3), tone(0.5), silence(0.4), tone(0.5), silence(1.0))
    assert len(push_in_packets(segmenter(silence_s=0.3), *parts)) == 2


def test_an_utterance_is_reported_as_soon_as_its_silence_is_complete() -> None:
    ears = segmenter()
    assert push_in_packets(ears, silence(0.3), tone(0.5), silence(0.5)) == []
    assert ears.speaking_since_s == pytest.approx(0.3, abs=EXACT_S)
    assert len(push_in_packets(ears, silence(0.2))) == 1
    assert ears.speaking_since_s is None


def test_a_click_is_not_an_utterance() -> None:
    assert push_in_packets(segmenter(), silence(0.3), tone(0.03), silence(1.0)) == []


def test_the_end_of_the_stream_ends_the_utterance() -> None:
    ears = segmenter()
    push_in_packets(ears, silence(0.3), tone(0.5))
    (span,) = ears.finish()
    assert span.end_s == pytest.approx(0.8, abs=EXACT_S)
    assert ears.finish() == []


def test_the_last_voice_is_known_before_the_utterance_is_over() -> None:
    ears = segmenter()
    assert ears.last_voice_s is None
    push_in_packets(ears, silence(0.3), tone(0.5), silence(0.3))
    assert ears.last_voice_s == pytest.approx(0.8, abs=0.04)


def test_the_voice_detector_ignores_a_tone() -> None:
    ears = Segmenter(SileroDetector(), RATE_HZ)
    assert push_in_packets(ears, silence(0.3), tone(1.0), silence(1.0)) == []

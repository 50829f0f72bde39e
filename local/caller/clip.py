"""A piece of sound ready to be sent, with the places where it is speech."""

from collections.abc import Callable
from dataclasses import dataclass

from local.caller.hearing.segments import Segmenter
from local.caller.timing import Span
from local.sound.detectors import VoiceDetector
from local.sound.pcm import as_array, from_pcm, to_pcm
from local.sound.resample import resample


@dataclass(frozen=True)
class Clip:
    """16-bit mono at the call's rate; `voiced` in seconds from its beginning."""

    pcm: bytes
    voiced: tuple[Span, ...]


def make_clip(
    pcm: bytes, from_hz: int, to_hz: int, new_detector: Callable[[], VoiceDetector]
) -> Clip:
    """Convert sound to the call's rate and find the speech in it. Some 10 ms of work a second."""
    sound = pcm if from_hz == to_hz else to_pcm(resample(from_pcm(pcm), from_hz, to_hz))
    segmenter = Segmenter(new_detector(), to_hz)
    voiced = segmenter.push(as_array(sound)) + segmenter.finish()
    return Clip(sound, tuple(voiced))

"""Every clip is there, at the call's rate and at one level."""

from collections.abc import Callable

import numpy as np
import pytest

from bench.clips import FOLDER, INTRODUCTION, MM_HM, STORY, WAIT
from bench.figures import USUAL
from bench.line.g711 import RATE_HZ, Pcm
from bench.noises import CROWD, OFFICE, STREET, VOICE_RMS, ambience, click, cough, echo, television
from bench.script import turn

pytestmark = pytest.mark.unit

CLIPS = {MM_HM, WAIT, *(each.clip for each in (*INTRODUCTION, *STORY))}


def test_no_clip_is_loud_or_quiet_beside_the_others() -> None:
    peaks = {clip.name: int(np.abs(clip.pcm().astype(int)).max()) for clip in CLIPS}
    assert all(10_000 < peak < 13_000 for peak in peaks.values()), peaks


def test_every_recording_is_in_use() -> None:
    assert {path.stem for path in FOLDER.glob("*.wav")} == {clip.name for clip in CLIPS}


def rms(sound: Pcm) -> float:
    return float(np.sqrt((sound.astype(float) ** 2).mean()))


@pytest.mark.parametrize("place", [OFFICE, STREET, CROWD])
def test_a_place_is_as_loud_as_it_says_for_as_long_as_it_says(place: str) -> None:
    sound = ambience(place, 3.0, -10.0)
    assert rms(sound) == pytest.approx(VOICE_RMS * 10 ** (-10 / 20), rel=0.05)
    assert len(sound) == 3 * RATE_HZ


@pytest.mark.parametrize("voice", [echo, television])
def test_another_voice_is_as_loud_as_it_says(voice: Callable[[float], Pcm]) -> None:
    assert rms(voice(-20.0)) == pytest.approx(VOICE_RMS / 10, rel=0.05)


def test_a_click_is_shorter_than_a_cough() -> None:
    assert len(click()) < len(cough())


def test_a_script_says_when_the_words_come() -> None:
    clip = INTRODUCTION[0].clip
    heard = turn(clip, "And where are you calling from?", USUAL).stt[0]
    assert heard.final_after_s == USUAL.stt_s
    assert heard.speech_s == pytest.approx(clip.speech_s())

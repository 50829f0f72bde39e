"""Every clip is there, at the call's rate and at one level."""

import numpy as np
import pytest

from bench.clips import FOLDER, INTRODUCTION, MM_HM, STORY, WAIT
from bench.figures import USUAL
from bench.noises import click, cough, office
from bench.script import turn

pytestmark = pytest.mark.unit

CLIPS = {MM_HM, WAIT, *(each.clip for each in (*INTRODUCTION, *STORY))}


def test_no_clip_is_loud_or_quiet_beside_the_others() -> None:
    peaks = {clip.name: int(np.abs(clip.pcm().astype(int)).max()) for clip in CLIPS}
    assert all(10_000 < peak < 13_000 for peak in peaks.values()), peaks


def test_every_recording_is_in_use() -> None:
    assert {path.stem for path in FOLDER.glob("*.wav")} == {clip.name for clip in CLIPS}


def test_the_noises_are_as_loud_as_they_say() -> None:
    quiet, loud = office(1.0, -20.0), office(1.0, 0.0)
    ratio = np.sqrt((loud.astype(float) ** 2).mean() / (quiet.astype(float) ** 2).mean())
    assert ratio == pytest.approx(10.0, rel=0.05)
    assert len(click()) < len(cough())


def test_a_script_says_when_the_words_come() -> None:
    clip = INTRODUCTION[0].clip
    heard = turn(clip, "And where are you calling from?", USUAL).stt[0]
    assert heard.final_after_s == USUAL.stt_s
    assert heard.speech_s == pytest.approx(clip.speech_s())

"""Comparing cleaners: what is mixed, and what is said of what comes out."""

import math

import numpy as np
import pytest
import typer
from livekit import rtc
from typer.testing import CliRunner

from bench.clips import HOURS
from bench.noises import OFFICE
from bench.recorded import cleaning
from bench.recorded.cleaning import (
    AROUND_S,
    CLEANERS,
    FRAME,
    RATE_HZ,
    Place,
    Result,
    cleaned,
    mixed,
)

pytestmark = pytest.mark.unit


def decibels(sound: np.ndarray[tuple[int], np.dtype[np.int16]]) -> float:
    return 10 * math.log10((sound.astype(float) ** 2).mean() + 1)


def test_the_voice_is_where_it_is_said_to_be() -> None:
    pcm, first_s, last_s = mixed(HOURS, Place("silence"))
    assert AROUND_S < first_s < last_s < len(pcm) / RATE_HZ - AROUND_S
    inside = pcm[round(first_s * RATE_HZ) : round(last_s * RATE_HZ)]
    outside = pcm[: round((first_s - 0.1) * RATE_HZ)]
    assert decibels(inside) > decibels(outside) + 30


@pytest.mark.parametrize("below_db", [20, 5])
def test_the_place_lies_so_far_below_the_voice(below_db: int) -> None:
    pcm, first_s, last_s = mixed(HOURS, Place("office", OFFICE, below_db))
    voice = pcm[round(first_s * RATE_HZ) : round(last_s * RATE_HZ)]
    place = pcm[: round((first_s - 0.1) * RATE_HZ)]
    # A place is not equally loud at every moment, and the voice has it behind itself.
    assert decibels(voice) - decibels(place) == pytest.approx(below_db, abs=4)


def test_a_quieter_line_is_quieter_throughout() -> None:
    (usual, *_), (quiet, *_) = (mixed(HOURS, Place("", level_db=db)) for db in (0.0, -20.0))
    assert decibels(usual) - decibels(quiet) == pytest.approx(20, abs=1)


def test_a_cleaner_gets_what_a_call_gives_it() -> None:
    seen: list[tuple[int, int]] = []

    def clean(frame: rtc.AudioFrame) -> rtc.AudioFrame:
        seen.append((frame.samples_per_channel, frame.sample_rate))
        return frame

    pcm = np.arange(3 * FRAME, dtype=np.int16)
    out, cpu_s = cleaned(pcm, clean)
    assert seen == [(320, 16_000)] * 3
    assert out.tolist() == pcm.tolist()
    assert cpu_s >= 0


def test_the_detector_hears_a_voice_and_no_silence() -> None:
    pcm, first_s, last_s = mixed(HOURS, Place("silence"))
    heard = cleaning.voiced(pcm)
    window_s = len(pcm) / RATE_HZ / len(heard)
    assert not any(heard[: int((first_s - 0.1) / window_s)])
    assert any(heard[int(first_s / window_s) : int(last_s / window_s)])


@pytest.mark.parametrize(
    ("heard", "share"),
    [
        ("The beach.", 1.0),
        ("the, beach!", 1.0),
        ("The peach.", 0.5),
        ("", 0.0),
    ],
)
def test_words_count_without_their_signs(heard: str, share: float) -> None:
    assert cleaning.share_of_words("The beach.", heard) == share


def test_a_row_has_the_means_and_the_share_of_a_core() -> None:
    result = Result([1.0, 0.5], [True, False], [0.0, 0.5], [1, 2], cpu_s=0.5, sound_s=10.0)
    assert cleaning.row(result) == ("75%", "50%", "1.5", "25%", "5.0 %")


@pytest.mark.parametrize(
    ("heard", "seen", "false_voice", "pieces"),
    [
        ([False] * 60 + [True] * 30 + [False] * 60, True, 0.0, 1),
        ([False] * 60 + [True] * 10 + [False] * 5 + [True] * 15 + [False] * 60, True, 0.0, 2),
        ([False] * 60 + [True] * 90, False, 0.0, 1),
        ([True] * 150, False, 1.0, 1),
    ],
)
def test_what_the_detector_did_is_counted(
    heard: list[bool], seen: bool, false_voice: float, pieces: int
) -> None:
    result = Result()
    cleaning._look(result, heard, first_s=60 * 0.032, last_s=90 * 0.032)
    assert (result.ends_seen, result.false_voice, result.pieces) == (
        [seen],
        [false_voice],
        [pieces],
    )


def test_gain_control_makes_a_quiet_voice_louder_and_nothing_leaves_it_alone() -> None:
    pcm, *_ = mixed(HOURS, Place("", level_db=-30.0))
    levels = {name: decibels(cleaned(pcm, CLEANERS[name]())[0]) for name in list(CLEANERS)[:2]}
    assert levels["nothing"] == pytest.approx(decibels(pcm), abs=0.2)
    assert levels["gain control"] > levels["nothing"] + 3


def test_a_cleaner_that_nobody_knows_is_named() -> None:
    app = typer.Typer()
    app.command()(cleaning.main)
    answer = CliRunner().invoke(app, ["--cleaner", "krisp"])
    assert answer.exit_code == 2
    assert "no cleaner 'krisp'" in answer.output

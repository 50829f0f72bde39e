"""Whoever waits for an answer hears something soon, whatever the reason."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from agents.last_words import LastWords
from bot.records import EndReason
from bot.talk.watchers.patience import Patience
from tests.bot.talk.fakes import Scene

pytestmark = [pytest.mark.unit, pytest.mark.looptime, pytest.mark.asyncio(loop_scope="function")]

FILLER_S, APOLOGY_S = 3.0, 8.0


@asynccontextmanager
async def patient() -> AsyncIterator[Scene]:
    """A scene whose model never answers, watched by patience."""
    scene = Scene()
    scene.voice.replies = False
    patience = Patience(scene.floor, filler_after_s=FILLER_S, apology_after_s=APOLOGY_S)
    async with scene.watched_by(patience.run()):
        yield scene


async def test_an_answer_in_time_needs_no_help() -> None:
    async with patient() as scene:
        scene.floor.answer_due()
        await scene.until(2.9)
        scene.floor.voice_heard()
        await scene.until(60)
        assert scene.lines == []


async def test_a_model_that_stays_silent_gets_filler_apology_one_retry_and_the_end() -> None:
    async with patient() as scene:
        scene.floor.answer_due()
        await scene.until(60)
        assert scene.lines == [
            (3.0, "clip filler"),
            (8.0, "hush"),
            (8.0, "clip apology"),
            (10.0, "reply again"),
            (18.0, "hush"),
            (18.0, "clip goodbye"),
        ]
        assert scene.ending.reason is EndReason.PROVIDER_FAILURE
        assert scene.ending.error == "no answer after the apology"


async def test_the_filler_stops_as_soon_as_the_answer_is_heard() -> None:
    async with patient() as scene:
        scene.floor.answer_due()
        await scene.until(4)
        scene.floor.voice_heard()
        await scene.until(60)
        assert scene.lines == [(3.0, "clip filler"), (4.0, "clip filler cut")]


async def test_the_next_slow_answer_gets_a_filler_of_its_own() -> None:
    async with patient() as scene:
        scene.floor.answer_due()
        await scene.until(4)
        scene.floor.voice_heard()
        await scene.until(10)
        scene.floor.voice_done()
        scene.floor.answer_due()
        await scene.until(14)
        assert scene.lines[2:] == [(13.0, "clip filler")]


async def test_a_failure_is_apologised_for_at_once() -> None:
    async with patient() as scene:
        scene.floor.answer_due()
        await scene.until(1)
        scene.floor.answer_failed()
        await scene.until(4)
        assert scene.lines == [(1.0, "hush"), (1.0, "clip apology"), (3.0, "reply again")]


async def test_a_failure_behind_the_filler_cuts_it_for_the_apology() -> None:
    async with patient() as scene:
        scene.floor.answer_due()
        await scene.until(4)
        scene.floor.answer_failed()
        await scene.until(5)
        assert scene.timeline.what == ["clip filler", "clip filler cut", "hush", "clip apology"]


async def test_an_answer_that_breaks_off_in_mid_speech_is_apologised_for() -> None:
    async with patient() as scene:
        scene.floor.answer_due()
        scene.floor.voice_heard()
        await scene.until(5)
        scene.floor.answer_failed()
        await scene.until(6)
        assert scene.lines == [(5.0, "hush"), (5.0, "clip apology")]


async def test_a_retry_that_fails_ends_the_call_without_waiting() -> None:
    async with patient() as scene:
        scene.floor.answer_failed()
        await scene.until(3)
        scene.floor.answer_failed()
        await scene.until(60)
        assert scene.lines == [
            (0.0, "hush"),
            (0.0, "clip apology"),
            (2.0, "reply again"),
            (3.0, "hush"),
            (3.0, "clip goodbye"),
        ]


async def test_a_retry_that_is_answered_goes_on_and_the_next_failure_is_a_new_one() -> None:
    async with patient() as scene:
        scene.floor.answer_failed()
        await scene.until(5)
        scene.floor.voice_heard()
        scene.floor.voice_done()
        await scene.until(40)
        assert scene.ending.reason is None
        scene.floor.answer_failed()
        await scene.until(43)
        assert scene.lines[3:] == [(40.0, "hush"), (40.0, "clip apology"), (42.0, "reply again")]


async def test_a_caller_who_speaks_into_the_apology_is_the_retry() -> None:
    async with patient() as scene:
        scene.floor.answer_failed()
        await scene.until(1)
        scene.floor.caller_begins()
        await scene.until(20)
        assert scene.lines == [(0.0, "hush"), (0.0, "clip apology"), (1.0, "clip apology cut")]
        scene.floor.caller_stops()
        scene.floor.answer_due()
        await scene.until(24)
        assert scene.lines[3:] == [(23.0, "clip filler")]


async def test_an_answer_that_comes_after_all_is_not_talked_over_by_the_apology() -> None:
    async with patient() as scene:
        scene.floor.answer_due()
        scene.floor.answer_failed()
        await scene.until(1)
        scene.floor.voice_heard()
        await scene.until(20)
        assert scene.lines == [(0.0, "hush"), (0.0, "clip apology"), (1.0, "clip apology cut")]


async def test_a_guess_that_fails_is_dropped_and_waited_on_for_the_end_of_the_turn() -> None:
    async with patient() as scene:
        scene.floor.answer_due()
        await scene.until(1)
        scene.floor.guess_failed()
        await scene.until(3.5)
        scene.floor.voice_heard()
        await scene.until(20)
        assert scene.lines == [
            (1.0, "drop guess"),
            (3.0, "clip filler"),
            (3.5, "clip filler cut"),
        ]


async def test_a_caller_who_speaks_into_the_filler_hears_the_apology_next() -> None:
    async with patient() as scene:
        scene.floor.answer_due()
        await scene.until(4)
        scene.floor.caller_begins()
        await scene.until(6)
        scene.floor.caller_stops()
        scene.floor.answer_due()
        await scene.until(10)
        assert scene.timeline.what == ["clip filler", "clip filler cut", "hush", "clip apology"]
        assert scene.lines[2] == (9.0, "hush")


async def test_a_caller_who_speaks_while_the_retry_is_awaited_is_not_hung_up_on() -> None:
    async with patient() as scene:
        scene.floor.answer_failed()
        await scene.until(5)
        scene.floor.caller_begins()
        await scene.until(60)
        assert scene.ending.reason is None


async def test_a_goodbye_cuts_the_apology_and_is_not_cut_by_it() -> None:
    async with patient() as scene:
        scene.floor.answer_failed()
        await scene.until(1)
        await scene.floor.last_words(EndReason.TIME_LIMIT, LastWords("bye"))
        await scene.until(60)
        assert scene.lines == [
            (0.0, "hush"),
            (0.0, "clip apology"),
            (1.0, "clip apology cut"),
            (1.0, "hush"),
            (1.0, "insist bye"),
            (4.5, "said"),
        ]
        assert scene.ending.reason is EndReason.TIME_LIMIT


async def test_a_goodbye_that_begins_behind_the_filler_is_not_stopped_by_its_end() -> None:
    async with patient() as scene:
        scene.voice.begin_s = None
        scene.floor.answer_due()
        await scene.until(4)
        await scene.floor.last_words(EndReason.TIME_LIMIT, LastWords("bye"))
        assert scene.timeline.what == [
            "clip filler",
            "clip filler cut",
            "hush",
            "insist bye",
            "clip goodbye",
        ]


async def test_a_goodbye_whose_model_fails_is_not_spoken_over_by_an_apology() -> None:
    async with patient() as scene:
        goodbye = asyncio.create_task(
            scene.floor.last_words(EndReason.STORY_FINISHED, LastWords("bye", "wish good night"))
        )
        await scene.until(0.2)
        scene.floor.answer_failed()
        scene.floor.answer_due()
        await scene.until(60)
        await goodbye
        assert scene.timeline.what == ["hush", "improvise wish good night", "said"]


async def test_nothing_is_covered_while_somebody_else_has_the_word() -> None:
    async with patient() as scene:
        scene.floor.answer_due()
        await scene.until(1)
        scene.floor.hold()
        scene.floor.answer_due()
        scene.floor.answer_failed()
        await scene.until(60)
        assert scene.lines == []
        scene.floor.release()
        scene.floor.answer_due()
        await scene.until(64)
        assert scene.lines == [(63.0, "clip filler")]

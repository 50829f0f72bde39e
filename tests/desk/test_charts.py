"""Where things lie in the drawings."""

from datetime import timedelta

import pytest

from bot.records.diary import CallDiary, EventKind, Who
from desk.charts import timeline as line_of_time
from desk.charts.timeline import timeline
from desk.charts.waterfall import WIDTH, waterfall
from tests.bot.records.diary.entries import a_turn, an_event
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit


def test_a_turn_lies_where_it_was() -> None:
    call = a_call(ended_at=NOON + timedelta(seconds=100))
    diary = CallDiary((a_turn(10),), (an_event(EventKind.ANSWERED, 50),))
    line = timeline(call, diary, NOON)
    assert [(bar.x, bar.width) for bar in line.bars] == [(100, 30)]
    assert [mark.x for mark in line.marks] == [500]


def test_a_turn_without_an_end_can_still_be_seen() -> None:
    diary = CallDiary((a_turn(10, ended_at=None),))
    line = timeline(a_call(ended_at=NOON + timedelta(seconds=100)), diary, NOON)
    assert line.bars[0].width > 0


def test_a_call_in_progress_reaches_to_now() -> None:
    line = timeline(a_call(ended_at=None), CallDiary(), NOON + timedelta(seconds=42))
    assert line.length_s == 42


def test_a_call_of_no_length_has_a_line_of_a_second() -> None:
    assert timeline(a_call(ended_at=NOON), CallDiary(), NOON).length_s == 1


@pytest.mark.parametrize("length_s", [1, 30, 900, 7200])
def test_there_are_never_too_many_ticks(length_s: int) -> None:
    call = a_call(ended_at=NOON + timedelta(seconds=length_s))
    ticks = timeline(call, CallDiary(), NOON).ticks
    assert 2 <= len(ticks) <= 13
    assert all(0 <= x <= line_of_time.WIDTH for x, _ in ticks)


def test_opening_the_words_later_does_not_stretch_the_call() -> None:
    diary = CallDiary((), (an_event(EventKind.WORDS_OPENED, 86_400),))
    line = timeline(a_call(ended_at=NOON + timedelta(seconds=60)), diary, NOON)
    assert (line.length_s, line.marks) == (60, ())


def test_the_waits_of_an_answer_follow_one_another() -> None:
    caller = a_turn(0, who=Who.CALLER, end_of_turn_s=0.5, gap_s=None)
    drawn = waterfall([caller, a_turn(5, first_token_s=0.3, first_sound_s=0.2, gap_s=1.0)])
    row = drawn.rows[0]
    assert [wait.name for wait in row.waits] == ["end of turn", "first token", "first sound"]
    assert [wait.x for wait in row.waits] == [0, 0.5 * WIDTH, 0.8 * WIDTH]
    assert row.gap_x == WIDTH


def test_a_turn_of_which_no_wait_is_known_has_no_row() -> None:
    silent = a_turn(5, first_token_s=None, first_sound_s=None, gap_s=None)
    assert waterfall([silent]).rows == ()


def test_the_end_of_a_turn_counts_for_the_answer_to_it_alone() -> None:
    caller = a_turn(0, who=Who.CALLER, end_of_turn_s=0.5)
    drawn = waterfall([caller, a_turn(5), a_turn(9)])
    assert [len(row.waits) for row in drawn.rows] == [3, 2]

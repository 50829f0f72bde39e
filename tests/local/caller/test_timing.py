import pytest

from local.caller.timing import Gap, Span, caller_turns, response_gaps, silence_before

pytestmark = pytest.mark.unit


def gaps_s(caller: list[Span], far: list[Span]) -> list[float | None]:
    return [gap.gap_s for gap in response_gaps(caller, far)]


def test_the_gap_runs_from_the_last_sound_of_the_caller_to_the_first_of_the_answer() -> None:
    greeting, answer = Span(0.5, 2.0), Span(4.5, 6.0)
    assert response_gaps([Span(3.0, 4.0)], [greeting, answer]) == [Gap(Span(3.0, 4.0), answer)]
    assert gaps_s([Span(3.0, 4.0)], [greeting, answer]) == [0.5]


def test_each_turn_has_its_own_answer() -> None:
    caller = [Span(1, 2), Span(5, 6)]
    far = [Span(2.5, 4), Span(7, 8)]
    assert gaps_s(caller, far) == [0.5, 1.0]


def test_a_pause_inside_a_turn_is_not_a_turn() -> None:
    assert caller_turns([Span(1, 2), Span(2.7, 3)], [Span(4, 5)]) == [Span(1, 3)]
    assert gaps_s([Span(1, 2), Span(2.7, 3)], [Span(4, 5)]) == [1.0]


def test_an_answer_before_the_caller_has_finished_is_a_negative_gap() -> None:
    assert gaps_s([Span(1, 3)], [Span(2.5, 4)]) == [-0.5]


def test_speech_that_the_caller_interrupts_is_not_the_answer() -> None:
    assert gaps_s([Span(2, 3)], [Span(0, 2.4), Span(3.5, 5)]) == [0.5]


def test_speech_that_goes_on_over_the_caller_is_no_answer() -> None:
    assert gaps_s([Span(2, 3)], [Span(0, 9)]) == [None]


def test_an_unanswered_turn_has_no_gap_rather_than_zero() -> None:
    assert gaps_s([Span(1, 2)], []) == [None]


def test_the_order_of_the_spans_does_not_matter() -> None:
    caller, far = [Span(5, 6), Span(1, 2)], [Span(7, 8), Span(2.5, 4)]
    assert gaps_s(caller, far) == [0.5, 1.0]


def test_silence_before_the_end_counts_from_the_last_voice() -> None:
    assert silence_before(10.0, [Span(1, 2), Span(7, 9.5)]) == 0.5


def test_a_word_that_the_end_cuts_has_no_silence_after_it() -> None:
    assert silence_before(10.0, [Span(7, 10.02)]) == 0.0


def test_without_any_voice_the_silence_is_unknown() -> None:
    assert silence_before(10.0, []) is None

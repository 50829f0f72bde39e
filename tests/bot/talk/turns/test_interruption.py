"""What a voice over Echo's own means, by words and times alone."""

import pytest

from bot.talk.turns.interruption import (
    PAUSE_AFTER_S,
    RESUME_AFTER_S,
    YIELD_AFTER_S,
    Overlap,
    Verdict,
    counts_as_words,
    is_echo,
    judge,
)

pytestmark = pytest.mark.unit

BACKCHANNELS = """mm-hm|Mm-hmm.|mhm|uh-huh|Uh huh.|hmm|Oh.|Oh, wow!|yeah|Yeah, yeah.|okay|Okay.|
    right|I see.|really?|Nice.|ah|
    great|aha|Oh no!|no way|of course|got it|sure|all right|very good"""
WORDS = """stop|no|No, wait.|wait|Excuse me|yes|hello?|yeah but wait|mm-hm, but what is|hold on|
    oh no stop it|I want the other door|goodbye|what?|one moment please|okay let me ask something|
    the left one|can you repeat that|sorry|help|Peter"""
SAYING = "You climb the winding stairs. Half way up, two bright eyes shine in the dark."


def _cases(text: str) -> list[str]:
    return [case.strip() for case in text.split("|")]


@pytest.mark.parametrize("text", _cases(BACKCHANNELS))
def test_a_backchannel_does_not_ask_for_the_word(text: str) -> None:
    assert not counts_as_words(text)


@pytest.mark.parametrize("text", _cases(WORDS))
def test_words_ask_for_the_word(text: str) -> None:
    assert counts_as_words(text)


@pytest.mark.parametrize(
    "text", ["winding stairs half", "Two bright eyes shine", "you climb the winding stairs"]
)
def test_the_line_that_sends_echos_words_back_does_not_interrupt_her(text: str) -> None:
    assert is_echo(text, SAYING)
    assert not counts_as_words(text, SAYING)


@pytest.mark.parametrize("text", ["stairs", "the dark", "eyes bright two", "you climb the tower"])
def test_a_caller_who_repeats_a_word_of_hers_is_no_echo(text: str) -> None:
    assert not is_echo(text, SAYING)


@pytest.mark.parametrize(
    ("overlap", "verdict"),
    [
        (Overlap(0.05), Verdict.TALK_ON),
        (Overlap(PAUSE_AFTER_S), Verdict.PAUSE),
        (Overlap(0.35), Verdict.PAUSE),
        (Overlap(5.0), Verdict.PAUSE),
        (Overlap(0.35, silence_s=RESUME_AFTER_S), Verdict.GO_ON),
        (Overlap(0.35, silence_s=RESUME_AFTER_S, text="mm-hm"), Verdict.GO_ON),
        (
            Overlap(0.35, silence_s=RESUME_AFTER_S, text="bright eyes shine", saying=SAYING),
            Verdict.GO_ON,
        ),
        (Overlap(0.35, text="mm-hm"), Verdict.PAUSE),
        (Overlap(0.35, silence_s=0.1), Verdict.PAUSE),
        (Overlap(0.35, silence_s=0.1, text="mm-hm"), Verdict.GO_ON),
        (Overlap(0.05, text="stop"), Verdict.YIELD),
        (Overlap(0.5, text="stop"), Verdict.YIELD),
        (Overlap(0.5, silence_s=2.0, text="stop"), Verdict.YIELD),
        (Overlap(YIELD_AFTER_S, transcribed=False), Verdict.YIELD),
        (Overlap(0.35, silence_s=RESUME_AFTER_S, transcribed=False), Verdict.GO_ON),
    ],
)
def test_echo_falls_silent_for_a_voice_and_yields_to_words(
    overlap: Overlap, verdict: Verdict
) -> None:
    assert judge(overlap)[0] is verdict


def test_every_verdict_has_a_reason() -> None:
    for text in ("", "mm-hm", "stop"):
        for silence_s in (0.0, 1.0):
            assert judge(Overlap(0.3, silence_s, text))[1]

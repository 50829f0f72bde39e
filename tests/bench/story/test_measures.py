"""Each measure on the smallest story that shows it."""

import pytest

from bench.story.measures import Measure, measure, unfit_turns
from bench.story.telling import Telling, content, options, question, sentences
from tests.bench.story.tellings import LIGHTHOUSE, telling

pytestmark = pytest.mark.unit

TOWER = "The lamp is out. Do you climb the tower, or run to the beach?"
STAIRS = "You climb the stairs. Which animal do you meet?"


def score(name: str, *tellings: Telling) -> Measure:
    return next(each for each in measure(tellings) if each.name.startswith(name))


def value(name: str, *tellings: Telling) -> float | None:
    return score(name, *tellings).value


def test_a_question_is_the_last_sentence_alone() -> None:
    assert question("Do you go? The end.") == ""
    assert question(TOWER) == "Do you climb the tower, or run to the beach?"
    assert sentences("One. Two! Three?") == ["One.", "Two!", "Three?"]
    assert options("It is you, or me. Do you go?") is None


def test_turns_that_end_on_a_question_are_counted() -> None:
    assert value("turns that end", telling(TOWER, "Up.", "You are there.")) == 0.5


def test_one_thing_said_twice_is_no_choice() -> None:
    same = "Do you cross the bridge, or go across the bridge?"
    assert value("options that differ", telling(TOWER)) == 1
    assert value("options that differ", telling(same)) == 0
    assert value("turns that offer two", telling(TOWER, "Up.", STAIRS)) == 0.5


@pytest.mark.parametrize(
    ("answer", "told", "share"),
    [
        ("I climb the tower.", "Climbing is hard. What now?", 1),
        ("I climb the tower.", "The sea is loud. What now?", 0),
        ("Yes, please.", "The sea is loud. What now?", None),
        ("I am Maria.", "Maria sleeps. What now?", None),
    ],
)
def test_a_choice_is_taken_up_by_its_own_words(answer: str, told: str, share: float | None) -> None:
    assert value("choices taken up", telling(TOWER, answer, told)) == share


def test_words_are_counted_as_they_are_spoken() -> None:
    long = telling(" ".join(["word"] * 46) + "?")
    assert value("turns of at most", long) == 0
    assert value("words in the longest", long) == 46


def test_what_is_planted_returns_after_it_was_away() -> None:
    away = ("A blue lantern. What now?", "Go.", "Dark. What now?", "Go.", "The lanterns shine.")
    assert value("stories whose planted", telling(*away, premise=LIGHTHOUSE)) == 1
    assert value("stories whose planted", telling(*away[:3], premise=LIGHTHOUSE)) == 0
    assert value("stories whose planted", telling(*away)) is None


def test_what_the_caller_named_is_told_again_later() -> None:
    begun = (STAIRS, "A fox.", "The fox runs. Do you sit, or stand?", "Sit.")
    later = telling(*begun, "Night comes. Do you sleep, or wake?", "Sleep.", "The fox sleeps, too.")
    never = telling(*begun, "Night comes. Do you sleep, or wake?", "Sleep.", "The end.")
    assert value("what the caller named", later) == 1
    assert value("what the caller named", never) == 0  # once, in the answer to it


def test_beats_are_found_by_their_signs() -> None:
    whole = " ".join(beat.signs[0] for beat in LIGHTHOUSE.beats)
    assert value("beats of the plan", telling(whole, premise=LIGHTHOUSE)) == 1
    assert value("beats of the plan", telling("Nothing.", premise=LIGHTHOUSE)) == 0


def test_name_and_place_are_in_the_story() -> None:
    assert value("stories that use the caller's name", telling("Hello, Maria.")) == 1
    assert value("stories that use the caller's place", telling("Hello, Maria.")) == 0
    assert value("stories that use the caller's name", telling("Hello.", name="")) is None


def test_repetition_within_and_for_the_same_caller_alone() -> None:
    once = telling("one two three four five")
    assert value("repeated within", once) == 0
    assert (
        value("repeated within", telling("one two three four", "Go.", "one two three four")) == 0.5
    )
    assert value("repeated for", once, telling("one two three four five")) == 1
    assert value("repeated for", once, telling("one two three four", caller="oscar")) is None


def test_hard_words_need_more_school() -> None:
    easy = value("school year", telling("The fox runs up the hill."))
    hard = value("school year", telling("Extraordinary circumstances necessitate deliberation."))
    assert easy is not None and hard is not None and easy < 3 < hard


def test_what_is_not_for_a_child_is_shown() -> None:
    bad = telling("The pirate draws a gun. Do you run, or hide?")
    assert value("turns fit", bad, telling(TOWER)) == 0.5
    assert unfit_turns([bad]) == bad.turns


def test_nothing_to_measure_is_not_shown_as_zero() -> None:
    assert {each.value for each in measure([])} == {None}
    assert str(score("options that differ", telling(STAIRS))) == "nothing to measure"


def test_a_phrase_is_about_its_stems() -> None:
    assert content("I am climbing the towers") == {"climb", "tower"}

"""What Echo says when she goes on, by where the story stands."""

import pytest

from agents.prompts import load_prompt
from bot.call.resuming.broken import words_of
from bot.call.takeover.going_on import how_to_go_on
from bot.records.thread import Said, Thread

pytestmark = pytest.mark.unit

SORRY = load_prompt("lost_thread")
GREETING = Said(True, "Hello, this is Echo. What is your name?")
PETER = Said(False, "Peter from Berlin.")
FIRST = Said(True, "A door opens. Do you go left, or right?", True)


def in_story(*said: Said) -> Thread:
    return Thread(said=said, name="Peter", location="Berlin")


def test_before_anything_was_said_the_introduction_asks() -> None:
    going_on = how_to_go_on(Thread())
    assert going_on.text == f"{SORRY} {load_prompt('greeting_question')}"
    assert going_on.instructions == ""


def test_the_question_of_the_introduction_is_asked_again() -> None:
    assert how_to_go_on(Thread(said=(GREETING,))).text == f"{SORRY} What is your name?"


def test_what_was_told_in_the_introduction_is_not_asked_again() -> None:
    going_on = how_to_go_on(Thread(said=(GREETING, PETER)))
    assert going_on.text == SORRY
    assert going_on.instructions == load_prompt("resume_intro")


def test_a_story_that_broke_off_in_its_first_turn_begins_once_more() -> None:
    going_on = how_to_go_on(in_story(GREETING, PETER))
    assert (going_on.text, going_on.instructions) == (SORRY, load_prompt("begin_story"))


def test_the_last_question_of_the_story_is_asked_again_and_no_model_is_waited_for() -> None:
    going_on = how_to_go_on(in_story(GREETING, PETER, FIRST))
    assert (going_on.text, going_on.instructions) == (f"{SORRY} Do you go left, or right?", "")


def test_a_choice_that_was_heard_is_taken_up() -> None:
    going_on = how_to_go_on(in_story(GREETING, PETER, FIRST, Said(False, "Left.", True)))
    assert (going_on.text, going_on.instructions) == (SORRY, load_prompt("resume_story"))


@pytest.mark.parametrize("last", ["And then it was night.", "x" * 400 + "?"])
def test_what_is_no_question_or_too_long_a_one_is_left_to_the_model(last: str) -> None:
    going_on = how_to_go_on(in_story(Said(True, last, True)))
    assert (going_on.text, going_on.instructions) == (SORRY, load_prompt("resume_story"))


def test_a_model_is_told_who_said_what() -> None:
    words = words_of(in_story(GREETING, PETER)).messages()
    assert [(each.role, each.text_content) for each in words] == [
        ("assistant", GREETING.text),
        ("user", PETER.text),
    ]


def test_a_question_beside_the_story_does_not_stand_for_the_one_in_it() -> None:
    asked = Said(True, load_prompt("still_there"), True)
    assert how_to_go_on(in_story(FIRST, asked)).text == f"{SORRY} Do you go left, or right?"

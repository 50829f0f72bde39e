"""What may be a wish to be forgotten or never called again, and what answers the question."""

import pytest

from agents.rights.asking import Answer, Heard, Right
from agents.rights.wishes import denies, may_ask_for, understood, wants_it

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "said",
    [
        "Forget me.",
        "Please forget everything about me!",
        "Can you delete my data?",
        "I'd like to be forgotten.",
        "Erase what you know of us",
        "Don't remember me, please.",
        "I do not want you to keep any of this.",
        "You should not know where I live.",
        "Well, stop storing things. Delete all that.",
        "Wipe my number from your memory",
        "Throw away everything you have about me.",
        "I have a right to privacy.",
        "Hello Echo, remove me from your records.",
    ],
)
def test_a_wish_to_be_forgotten_is_heard_in_many_words(said: str) -> None:
    assert may_ask_for(Right.FORGET, said)


@pytest.mark.parametrize(
    "said",
    [
        "I'm Maria from Lisbon.",
        "I open the door.",
        "Don't forget me!",
        "Never forget my name.",
        "I forget things.",
        "I take my sword.",
        "Yes.",
        "No.",
        "",
    ],
)
def test_most_of_what_is_said_is_none(said: str) -> None:
    assert not may_ask_for(Right.FORGET, said)
    assert not may_ask_for(Right.BLOCK, said)


@pytest.mark.parametrize(
    "said",
    [
        "Never call me again.",
        "Stop calling!",
        "Please do not ever ring this number again.",
        "I don't want to hear from you any more.",
        "Take me off your list.",
        "Remove me from the list",
        "No more calls, please.",
        "Lose my number.",
        "Leave me alone.",
        "Quit bothering me.",
        "Hello? Don't call back.",
    ],
)
def test_a_wish_not_to_be_called_is_heard_in_many_words(said: str) -> None:
    assert may_ask_for(Right.BLOCK, said)


@pytest.mark.parametrize("said", ["I don't call the police.", "I call him.", "Call me Peter."])
def test_who_calls_somebody_in_a_story_has_no_such_wish(said: str) -> None:
    assert not may_ask_for(Right.BLOCK, said)


@pytest.mark.parametrize(
    "answer",
    ["Yes.", "Oh yes, please!", "Yes, never again.", "Sure", "That is right, yes.", "Of course."],
)
def test_a_yes_to_the_question_is_one(answer: str) -> None:
    assert wants_it(answer)
    assert not denies(answer)


@pytest.mark.parametrize("answer", ["No!", "Please don't.", "Oh no, never.", "No, go on."])
def test_a_no_to_the_question_is_one(answer: str) -> None:
    assert denies(answer)
    assert not wants_it(answer)


@pytest.mark.parametrize("answer", ["What?", "I open the door.", "", "Yes but not now"])
def test_everything_else_is_no_yes(answer: str) -> None:
    assert not wants_it(answer)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("Yes.", Heard(frozenset(), Answer.YES)),
        ("No.", Heard(frozenset(), Answer.NO)),
        ("The door.", Heard(frozenset(), Answer.UNCLEAR)),
        ("…", Heard(frozenset(), Answer.UNHEARD)),
        ("Don't call me again.", Heard(frozenset({Right.BLOCK}), Answer.NO)),
    ],
)
def test_a_turn_is_a_wish_an_answer_or_both(said: str, heard: Heard) -> None:
    assert understood(said) == heard

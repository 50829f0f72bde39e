import pytest

from agents.prompts import load_prompt
from local.demo.persona import Persona

pytestmark = pytest.mark.unit

GREETING = (
    "Hello, this is Echo, the storyteller. Before I tell you a story, "
    "may I ask your name and where you're calling from?"
)


def test_she_introduces_herself_in_one_sentence_when_asked_for_both() -> None:
    assert (
        Persona("Ana", "Porto").answer(GREETING)
        == "Hello Echo, I am Ana, and I am calling from Porto."
    )


@pytest.mark.parametrize(
    ("heard", "answer"),
    [
        ("And may I ask your name?", "My name is Maria."),
        ("Thank you, Maria. And where are you calling from?", "I am calling from Lisbon."),
        ("It seems to know you. Which animal is it?", "A little red fox."),
        ("It has no name yet. What do you call it?", "Let us call it Pepper."),
        ("You have one thing in your bag. What is it?", "A silver lantern."),
        ("Shall I go on?", "Yes, please."),
        ("The end. Would you like one more story?", "No, thank you. That was lovely."),
        # As her ears have understood it: her name was in it.
        (
            "Where are you that would you like to hear one more story?",
            "No, thank you. That was lovely.",
        ),
        (load_prompt("ask_to_remember"), "Yes, please do."),
        # As her ears have understood it.
        ("May I remember your name? Your place for the next time you call?", "Yes, please do."),
        ("How does that sound?", "Yes, go on."),
    ],
)
def test_she_answers_what_was_asked(heard: str, answer: str) -> None:
    assert Persona().answer(heard) == answer


def test_of_two_ways_she_takes_the_first_and_then_the_second() -> None:
    maria = Persona()

    assert maria.answer(
        "Only you are awake. Do you climb the tower, or run down to the beach?"
    ) == ("I climb the tower.")
    assert maria.answer("Do you sing it a song or tell it a joke?") == "I tell it a joke."
    assert maria.answer("The left door, or the right door?") == "The left door."
    assert maria.answer("Only you are awake, Maria, do you call your name, or keep it secret?") == (
        "I keep it secret."
    )
    assert maria.answer("Do you pull it once, or three times?") == "I pull it once."
    assert maria.answer("Do you wish for yourself, or for somebody else?") == "For somebody else."


@pytest.mark.parametrize(
    ("heard", "answer"),
    [
        (
            "Only you are awake, where you decline the tower or run down to the beach.",
            "Run down to the beach.",
        ),
        ("May I ask your name and where you're calling from", "Hello Echo, I am Maria"),
        ("It seems to know you, which animal is it.", "A little red fox."),
        ("Would you like to hear one more story.", "No, thank you."),
        ("The lamp glows red, then gold.", "Yes, go on."),
        ("Thank you for this story. Goodbye and sleep well.", None),
        ("", None),
    ],
)
def test_when_echo_waits_she_answers_what_it_may_have_been(heard: str, answer: str | None) -> None:
    assert Persona().answer(heard) is None
    guess = Persona().guess(heard)
    assert guess == answer or (answer and guess and guess.startswith(answer))


@pytest.mark.parametrize(
    "heard", ["Let me think for a moment.", "Goodbye, Maria. Sweet dreams.", ""]
)
def test_she_goes_on_listening_when_nothing_was_asked(heard: str) -> None:
    assert Persona().answer(heard) is None

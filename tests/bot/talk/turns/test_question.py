"""What Echo asked, from what she said."""

import pytest

from agents.conversation import WHO
from agents.prompts import load_prompt
from bot.talk.turns.question import Asked, what_was_asked

pytestmark = pytest.mark.unit

CASES = [
    (load_prompt("greeting", who=WHO), Asked.NAME_AND_PLACE),
    (load_prompt("ask_both"), Asked.NAME_AND_PLACE),
    (load_prompt("ask_name"), Asked.NAME),
    (load_prompt("ask_location"), Asked.PLACE),
    (load_prompt("not_heard"), Asked.YES_OR_NO),
    (load_prompt("still_there"), Asked.YES_OR_NO),
    (load_prompt("still_there_again"), Asked.NOTHING),
    (load_prompt("farewell_silence"), Asked.NOTHING),
    ("Nice to meet you, Peter. And where are you calling from?", Asked.PLACE),
    ("Where do you live?", Asked.PLACE),
    ("Which city are you in?", Asked.PLACE),
    ("And who am I speaking with?", Asked.NAME),
    ("What may I call you?", Asked.NAME),
    ("How should I call you?", Asked.NAME),
    ("Would you like to hear one more story?", Asked.YES_OR_NO),
    ("The door opens. Do you go in?", Asked.YES_OR_NO),
    ("And now, do you go in?", Asked.YES_OR_NO),
    ("Will you help the fox?", Asked.YES_OR_NO),
    ("Do you take the left door, or the right door?", Asked.CHOICE),
    ("Shall I go on with the story, or shall we end here?", Asked.CHOICE),
    ("Two eyes shine. Which animal is it?", Asked.THING),
    ("How many people come along?", Asked.THING),
    ("What do you call the dragon?", Asked.THING),
    ("What will you tell them first?", Asked.OPEN),
    ("What do you do?", Asked.OPEN),
    ("The lamp goes out.", Asked.NOTHING),
    ("", Asked.NOTHING),
    ("Do you go in? It is dark. The wind is cold.", Asked.NOTHING),
]


@pytest.mark.parametrize(("said", "asked"), CASES)
def test_the_last_question_counts(said: str, asked: Asked) -> None:
    assert what_was_asked(said).asked is asked


@pytest.mark.parametrize(
    ("said", "options"),
    [
        ("Do you take the left door, or the right door?", {"left", "right"}),
        ("Do you wind the clock, or open the gate?", {"wind", "clock", "open", "gate"}),
        ("Do you sing it a song or tell it a joke?", {"sing", "song", "tell", "joke"}),
    ],
)
def test_a_choice_is_known_by_the_words_that_differ(said: str, options: set[str]) -> None:
    assert what_was_asked(said).options == options

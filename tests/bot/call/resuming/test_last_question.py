"""The question that a story broke off at, by what was said last."""

import pytest

from agents.prompts import load_prompt
from bot.call.resuming.last_question import open_question
from bot.records.thread import Said, Thread

pytestmark = pytest.mark.unit

GREETING = Said(True, "What is your name?")
FIRST = Said(True, "A door opens. Do you go left, or right?", True)
LEFT = Said(False, "Left.", True)
SECOND = Said(True, "A dragon. Do you run, or stay?", True)
OFFER = Said(True, load_prompt("offer"))


def beside(name: str) -> Said:
    return Said(True, load_prompt(name), True)


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ((GREETING, FIRST, LEFT, SECOND), "Do you run, or stay?"),
        ((FIRST, LEFT), ""),
        ((GREETING,), ""),
        ((), ""),
        ((FIRST, Said(True, "The door creaks.", True)), ""),
        ((FIRST, beside("still_there"), beside("still_there_again")), "Do you go left, or right?"),
        ((FIRST, beside("still_there"), beside("farewell_silence")), "Do you go left, or right?"),
        ((FIRST, beside("farewell_shutdown")), "Do you go left, or right?"),
        ((FIRST, OFFER, Said(False, "Hello?")), "Do you go left, or right?"),
        ((Said(True, f"Do you {'very ' * 99}run?", True),), ""),
    ],
    ids=[
        "the last one",
        "answered",
        "of the introduction",
        "nothing said",
        "told on without a question",
        "nobody answered",
        "given up in the silence",
        "the worker stopped",
        "broke off again at the offer",
        "too long",
    ],
)
def test_the_question_is_the_last_one_of_the_story(said: tuple[Said, ...], question: str) -> None:
    assert open_question(Thread(said=said, name="Peter")) == question

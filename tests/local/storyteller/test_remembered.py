"""The scripted storyteller with callers who are remembered, and who want to be forgotten."""

import pytest

from agents.memory.known import Known
from agents.prompts import load_prompt
from local.storyteller.brain import reply
from local.storyteller.messages import Message

pytestmark = pytest.mark.unit

INTRO = ("information_gathered", "do_not_call", "forget_me")
STORY = ("story_finished", "do_not_call", "forget_me")
MARIA = Known("Maria", "Lisbon", ("you woke it",))


def tool(messages: list[Message], tools: tuple[str, ...]) -> tuple[str, dict[str, str]] | None:
    calls = reply(messages, tools).tool_calls
    return (calls[0].name, dict(calls[0].arguments)) if calls else None


def greeted(*said: str) -> list[Message]:
    history = [Message("system", MARIA.instructions), Message("assistant", MARIA.question)]
    return [*history, *(Message("user", each) for each in said)]


@pytest.mark.parametrize("tools", [INTRO, STORY])
@pytest.mark.parametrize(
    "words",
    [
        "Forget me.",
        "Please forget everything about me.",
        "Delete everything you know.",
        "Could you delete what you have about me?",
        "Don't remember me, please.",
    ],
)
def test_whoever_wants_to_be_forgotten_is(words: str, tools: tuple[str, ...]) -> None:
    assert tool([Message("user", words)], tools) == ("forget_me", {"name": ""})


@pytest.mark.parametrize("words", ["I forget things.", "Do you remember me?", "The key."])
def test_who_only_speaks_of_it_is_not(words: str) -> None:
    assert (tool([Message("user", words)], STORY) or ("",))[0] != "forget_me"


def test_the_answer_to_which_name_is_passed_on() -> None:
    history = [Message("assistant", load_prompt("forget_whom")), Message("user", "I am Maria.")]
    assert tool(history, INTRO) == ("forget_me", {"name": "Maria"})


def test_the_same_person_need_not_say_anything_again() -> None:
    facts = {"name": "Maria", "location": "Lisbon"}
    assert tool(greeted("Yes, it is me."), INTRO) == ("information_gathered", facts)


def test_a_new_place_counts() -> None:
    facts = {"name": "Maria", "location": "Porto"}
    assert tool(greeted("Yes, but I am in Porto now."), INTRO) == ("information_gathered", facts)


def test_somebody_else_is_asked_for_name_and_place() -> None:
    for denial in ("No.", "I'm not Maria, I'm her brother."):
        answer = reply(greeted(denial), INTRO)
        assert answer.tool_calls == () and "name" in answer.text
    facts = {"name": "Peter", "location": "Porto"}
    brother = greeted("I'm not Maria, I'm her brother.", "My name is Peter, from Porto.")
    assert tool(brother, INTRO) == ("information_gathered", facts)


def test_a_wish_answers_no_question_of_the_story() -> None:
    history = [
        Message("system", load_prompt("intro")),
        Message("assistant", load_prompt("greeting_question")),
        Message("user", "Forget me."),
        Message("assistant", load_prompt("forgotten") + " " + load_prompt("ask_both")),
        Message("user", "I am Anna, from Berlin."),
    ]
    facts = {"name": "Anna", "location": "Berlin"}
    assert tool(history, INTRO) == ("information_gathered", facts)

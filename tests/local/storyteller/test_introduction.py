"""The introduction asks for what is missing and hands over without a word."""

import pytest

from local.storyteller import Message, Reply, reply
from tests.local.storyteller.conversation import called, introduction

pytestmark = pytest.mark.unit


def gathered(answer: Reply) -> tuple[str, str]:
    """Name and place of the handover, which must be silent."""
    assert called(answer) == ["information_gathered"]
    assert answer.text == ""
    arguments = answer.tool_calls[0].arguments
    assert set(arguments) == {"name", "location"}
    return arguments["name"], arguments["location"]


def test_both_at_once() -> None:
    assert gathered(introduction().say("Hi, I'm Maria from Lisbon.")) == ("Maria", "Lisbon")


def test_one_after_the_other() -> None:
    call = introduction()
    asked = call.say("My name is Maria.")
    assert "Maria" in asked.text and asked.text.endswith("Where are you calling from?")
    assert gathered(call.say("Lisbon.")) == ("Maria", "Lisbon")


def test_place_first() -> None:
    call = introduction()
    assert "name" in call.say("I'm calling from Lisbon.").text
    assert gathered(call.say("Maria.")) == ("Maria", "Lisbon")


def test_correction_while_asked_for_the_place() -> None:
    call = introduction()
    call.say("My name is Mary.")
    assert "Maria" in call.say("No, Maria with an i.").text
    assert gathered(call.say("Lisbon.")) == ("Maria", "Lisbon")


def test_name_and_place_in_two_messages_without_an_answer_between() -> None:
    call = introduction()
    call.history.append(Message("user", "I'm Maria."))
    assert gathered(call.say("From Lisbon.")) == ("Maria", "Lisbon")


def test_refusal_of_both() -> None:
    assert gathered(introduction().say("I'd rather not say.")) == ("", "")


def test_refusal_of_the_place() -> None:
    call = introduction()
    call.say("I'm Maria.")
    assert gathered(call.say("None of your business.")) == ("Maria", "")


def test_not_understood_is_asked_in_other_words_then_given_up() -> None:
    call = introduction()
    first = call.say("[BLANK_AUDIO]").text
    second = call.say("Thank you.").text
    third = call.say("you").text
    assert first.endswith("Your first name is enough.") and "name" in first
    assert "calling from" in second and "name" not in second
    assert third != first and "calling from" in third
    assert gathered(call.say("I like pizza")) == ("", "")


def test_a_question_is_answered_and_costs_no_try() -> None:
    call = introduction()
    for _ in range(4):
        answer = call.say("Are you a robot?").text
        assert "scripted demo" in answer and answer.endswith("What is your name?")
    assert "Echo" in call.say("What's your name?").text
    assert gathered(call.say("I'm Bob, from Oslo.")) == ("Bob", "Oslo")


def test_repeat() -> None:
    assert "where you are calling from" in introduction().say("Sorry, what?").text


def test_goodbye_in_the_introduction_reaches_the_story() -> None:
    assert gathered(introduction().say("I have to go now, goodbye.")) == ("", "")


def test_fillers_of_the_bot_change_nothing() -> None:
    call = introduction()
    call.say("I'm Maria.")
    call.history.append(Message("assistant", "Are you still there? I am listening."))
    assert gathered(call.say("Yes. Lisbon.")) == ("Maria", "Lisbon")


def test_nothing_more_is_said_after_the_handover() -> None:
    call = introduction()
    call.say("I'm Maria from Lisbon.")
    call.history.append(Message("tool", "ok"))
    assert call.reply() == Reply()


def test_an_example_in_quotes_is_said_as_it_stands() -> None:
    call = introduction()
    said = reply(call.history, ["information_gathered"], 'Say: "One moment,  please."')
    assert said == Reply(text="One moment, please.")


@pytest.mark.parametrize("sound", ["Ha ha ha!", "Haha.", "[laughter]", "Hee hee."])
def test_nobody_is_called_by_their_laughter(sound: str) -> None:
    call = introduction()
    assert call.say(sound).tool_calls == ()
    assert gathered(call.say("I'm Maria from Lisbon.")) == ("Maria", "Lisbon")

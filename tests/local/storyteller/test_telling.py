"""The story goes where the caller leads it, whatever happens to the line."""

import pytest

from bot.talk.turns.keys import SLOWER
from local.storyteller import Message, reply
from local.storyteller.sayings import GO_ON_OR_END, LAST_STORY, ONE_MORE
from tests.local.storyteller.conversation import (
    BEGIN,
    GREETING,
    INTERRUPTED,
    RESUME,
    called,
    story,
    story_system,
)

pytestmark = pytest.mark.unit

LIGHTHOUSE = "Tell me the story with the lighthouse."


def test_the_introduction_is_no_answer() -> None:
    call = story(wish=LIGHTHOUSE)
    opening = call.history[-1].text
    assert opening.startswith("One night the old lighthouse near Lisbon")
    assert "Maria" in opening and opening.endswith("?")


def test_the_same_caller_hears_the_same_story_and_others_hear_others() -> None:
    openings = {name: story(name=name).history[-1].text for name in ("Ann", "Bob", "Cid", "Dora")}
    assert openings["Ann"] == story(name="Ann").history[-1].text
    assert len({text.split()[0] for text in openings.values()}) > 1


def test_the_answer_of_the_caller_is_woven_in() -> None:
    call = story(wish=LIGHTHOUSE)
    call.say("The tower.")
    assert "small gray cat" in call.say("A small gray cat.").text
    assert "small gray cat" in call.say("I sing a song.").text


@pytest.mark.parametrize(
    "said",
    [
        "Stop.",
        "stop it please",
        "Please stop the story.",
        "That's enough.",
        "I have to go.",
        "I have to go now. Bye bye.",
        "Goodbye.",
        "Let's end the story.",
        "I don't want to hear any more, goodbye",
        "Okay, I'm done.",
    ],
)
@pytest.mark.parametrize("heard_words", [3, 12, 100])
def test_a_clear_stop_ends_the_story(said: str, heard_words: int) -> None:
    call = story()
    call.cut_after(heard_words)
    answer = call.say(said)
    assert called(answer) == ["story_finished"] and answer.text == ""


@pytest.mark.parametrize("said", ["Don't stop!", "I stop the train and look", "Say goodbye to him"])
def test_what_only_sounds_like_stop_does_not_end_it(said: str) -> None:
    assert not story().say(said).tool_calls


def test_goodbye_after_the_story_was_finished() -> None:
    call = story()
    call.say("Stop.")
    call.history.append(Message("tool", "done"))
    answer = call.reply()
    assert not answer.tool_calls and "Maria" in answer.text and "Goodbye" in answer.text


def test_interrupted_and_unclear_asks_whether_to_go_on() -> None:
    call = story(wish=LIGHTHOUSE)
    call.cut_after(9)
    assert call.say("Wait.").text.endswith(GO_ON_OR_END)
    went_on = call.say("Go on.").text
    assert "The lighthouse" not in went_on and "A fishing boat with a blue lantern" in went_on
    assert went_on.endswith("?")
    assert "stairs" in call.say("I climb the tower").text


def test_interrupted_with_an_answer_takes_the_answer() -> None:
    call = story(wish=LIGHTHOUSE)
    call.cut_after(25)
    assert "stairs" in call.say("The tower!").text


def test_no_after_the_interruption_ends_it() -> None:
    call = story()
    call.cut_after(9)
    call.say("Hang on.")
    assert called(call.say("No.")) == ["story_finished"]


@pytest.mark.parametrize("said", ["Hey, who are you?", "What was that noise?", "The tower"])
def test_told_of_an_interruption_it_asks_whether_to_go_on(said: str) -> None:
    call = story(wish=LIGHTHOUSE)
    call.cut_after(9)
    assert call.say(said, INTERRUPTED).text.endswith(GO_ON_OR_END)


def test_told_of_an_interruption_before_the_words_of_the_caller() -> None:
    call = story()
    call.history.append(Message("system", INTERRUPTED))
    assert call.say("Hm, let me see").text.endswith(GO_ON_OR_END)
    assert called(call.say("No thanks, goodbye")) == ["story_finished"]


@pytest.mark.parametrize(
    "said", ["Sorry, what?", "Can you repeat that?", "What did you say?", SLOWER]
)
def test_repeat(said: str) -> None:
    call = story()
    opening = call.history[-1].text
    assert call.say(said).text == opening


@pytest.mark.parametrize("said", ["Are you a robot?", "Are you human?", "Is this an AI?"])
def test_it_says_what_it_is_and_asks_again(said: str) -> None:
    call = story(wish=LIGHTHOUSE)
    answer = call.say(said).text
    assert "scripted demo" in answer and "not a person" in answer
    assert answer.endswith("Do you climb the tower, or run down to the beach?")


def test_not_understood_is_asked_once_then_the_story_goes_on() -> None:
    call = story(wish=LIGHTHOUSE)
    again = call.say("The purple one.").text
    assert again == "Do you climb the tower, or run down to the beach?"
    assert "stairs" in call.say("Purple, I said.").text


def test_yes_to_one_more_story_tells_another() -> None:
    call = story(wish=LIGHTHOUSE)
    opening = call.history[-1].text
    for said in ("tower", "a dog", "a song", "my name"):
        ending = call.say(said).text
    assert ending.endswith(ONE_MORE)
    second = call.say("Yes, please.").text
    assert second.endswith("?") and second != opening


@pytest.mark.parametrize("said", ["No.", "Nope", "Now.", "I said no.", "No, thank you.", "Thanks"])
def test_no_to_one_more_story_ends_the_call(said: str) -> None:
    call = story(wish=LIGHTHOUSE)
    for words in ("tower", "a dog", "a song", "my name"):
        call.say(words)
    assert called(call.say(said)) == ["story_finished"]


def test_three_stories_are_told_and_then_it_ends() -> None:
    call = story()
    heard = 0
    for _ in range(60):
        answer = call.say("Yes." if call.history[-1].text.endswith(ONE_MORE) else "the first one")
        heard += ONE_MORE in answer.text or LAST_STORY in answer.text
        if answer.tool_calls:
            break
    assert heard == 3 and called(answer) == ["story_finished"]


def test_a_lost_answer_of_echo_is_told_late() -> None:
    call = story(wish=LIGHTHOUSE)
    call.history.append(Message("user", "The beach."))
    assert "sand is cold" in call.say("Hello?").text


def test_a_second_thought_before_the_answer_counts() -> None:
    call = story(wish=LIGHTHOUSE)
    call.history.append(Message("user", "The beach."))
    assert "stairs" in call.say("No, I climb the tower.").text


def test_a_lost_scene_is_never_followed_by_the_opening() -> None:
    call = story(wish=LIGHTHOUSE)
    opening = call.history[-1].text
    for said in ("tower", "a dog"):
        call.say(said)
    history = [m for m in call.history if m.text != opening]
    history.append(Message("user", "a song"))
    answer = reply(history, ["story_finished"])
    assert "You sing" in answer.text and "dog" in answer.text


def test_another_server_goes_on_with_the_same_story() -> None:
    call = story(wish=LIGHTHOUSE)
    call.say("The tower.")
    call.cut_after(6)
    answer = reply(call.history, ["story_finished"], RESUME).text
    assert "bright eyes" in answer and answer.endswith("?")


def test_begin_asked_twice_does_not_begin_twice() -> None:
    call = story(wish=LIGHTHOUSE)
    answer = call.reply(BEGIN).text
    assert answer == "Do you climb the tower, or run down to the beach?"


def test_goodbye_during_the_handover_is_heard() -> None:
    history = [
        story_system(),
        Message("assistant", GREETING),
        Message("user", "I'm Maria from Lisbon."),
        Message("user", "Oh, I have to go, goodbye."),
    ]
    assert called(reply(history, ["story_finished"], BEGIN)) == ["story_finished"]


def test_talking_over_the_handover_still_begins_the_story() -> None:
    history = [
        story_system(),
        Message("assistant", GREETING),
        Message("user", "I'm Maria from Lisbon."),
        Message("user", "And I love cats."),
    ]
    assert reply(history, ["story_finished"]).text.endswith("?")


def test_last_words_after_the_time_is_used_up() -> None:
    call = story()
    call.history.append(
        Message("assistant", "Our time together is nearly over. What will you tell them first?")
    )
    assert called(call.say("That I love them.")) == ["story_finished"]


def test_without_the_tool_it_says_goodbye_in_words() -> None:
    call = story()
    call.history.append(Message("user", "Stop."))
    answer = reply(call.history, [])
    assert not answer.tool_calls and "Goodbye" in answer.text


def test_hostile_facts_are_only_words() -> None:
    call = story(name="{0.__class__} <b>", place="${HOME} {animal}")
    assert not set("{}<>$") & set(call.history[-1].text)

"""The scripted storyteller on a call that Echo makes."""

import pytest

from agents.callee import Callee
from agents.conversation import WHO
from agents.prompts import load_prompt
from local.storyteller.brain import RECORDING_DELETED, reply
from local.storyteller.messages import Message, ToolCall

pytestmark = pytest.mark.unit

INTRO = ("information_gathered", "do_not_call")
STORY = ("story_finished", "do_not_call")


def tool(messages: list[Message], tools: tuple[str, ...]) -> tuple[str, dict[str, str]] | None:
    calls = reply(messages, tools).tool_calls
    return (calls[0].name, dict(calls[0].arguments)) if calls else None


@pytest.mark.parametrize("tools", [INTRO, STORY])
@pytest.mark.parametrize(
    "words",
    ["Never call me again.", "Please don't call me anymore.", "Stop calling me!", "Take me off."],
)
def test_whoever_wants_no_more_calls_is_blocked(words: str, tools: tuple[str, ...]) -> None:
    assert tool([Message("user", words)], tools) == ("do_not_call", {})


@pytest.mark.parametrize("words", ["I call him.", "Stop.", "Call the captain.", "Hello?"])
def test_a_call_in_the_story_is_not_a_wish_to_be_blocked(words: str) -> None:
    assert (tool([Message("user", words)], STORY) or ("",))[0] != "do_not_call"


def test_what_is_known_is_not_asked_again() -> None:
    callee = Callee(name="Maria")
    messages = [
        Message("system", callee.instructions),
        Message("assistant", callee.opening(WHO)),
        Message("assistant", callee.question),
        Message("user", "In Lisbon."),
    ]
    assert tool(messages, INTRO) == (
        "information_gathered",
        {"name": "Maria", "location": "Lisbon"},
    )


@pytest.mark.parametrize(
    ("heard", "label"),
    [
        ("Hello?", "human"),
        ("This is Maria speaking.", "human"),
        ("Hi, you have reached Maria. Please leave a message after the tone.", "machine-vm"),
        ("The mailbox is full. Goodbye.", "machine-unavailable"),
        ("Please state your name and why you're calling.", "machine-ivr"),
        ("For opening hours press one, for anything else stay on the line.", "machine-ivr"),
        ("Thank you for calling the pizza place in the old town near the harbour", "uncertain"),
    ],
)
def test_a_greeting_tells_who_has_answered(heard: str, label: str) -> None:
    messages = [Message("system", "Classify."), Message("user", heard)]
    expected = ("save_prediction", {"label": label})
    assert tool(messages, ("save_prediction", "postpone_termination")) == expected


# --- the recording --------------------------------------------------------------------------------

RECORDED = (*INTRO, "do_not_record")


@pytest.mark.parametrize(
    "words",
    [
        "Do not record this.",
        "Please don't record me.",
        "I don't want to be recorded.",
        "Stop recording!",
        "No recording, please.",
    ],
)
def test_whoever_objects_is_not_recorded(words: str) -> None:
    assert tool([Message("user", words)], RECORDED) == ("do_not_record", {})


@pytest.mark.parametrize("words", ["I put on a record.", "He has the record.", "Hello?"])
def test_a_record_in_the_story_is_no_objection(words: str) -> None:
    assert (tool([Message("user", words)], (*STORY, "do_not_record")) or ("",))[0] != (
        "do_not_record"
    )


def test_after_an_objection_the_question_is_asked_again_and_nothing_is_taken_from_it() -> None:
    messages = [
        Message("system", "You are Echo."),
        Message("assistant", "May I ask your name, and where you are calling from?"),
        Message("user", "Do not record this."),
        Message("assistant", "", (ToolCall("do_not_record", {}),)),
        Message("tool", load_prompt("recording_deleted")),
    ]
    told = reply(messages, RECORDED)
    assert told.text.startswith(RECORDING_DELETED) and told.text.endswith("?")
    heard = Message("user", "I'm Maria from Lisbon.")
    after = [*messages, Message("assistant", told.text), heard]
    assert tool(after, RECORDED) == (
        "information_gathered",
        {"name": "Maria", "location": "Lisbon"},
    )


CHOICE = ("go_on", "begin_anew", "say_goodbye", "do_not_call")
OFFER = Message("assistant", load_prompt("offer"))


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        ("Yes, please go on.", "go_on"),
        ("The first one: continue it.", "go_on"),
        ("A new one, please.", "begin_anew"),
        ("The second one: begin a new one.", "begin_anew"),
        ("No, thank you.", "begin_anew"),
        ("I'm not Maria, I'm her brother.", "begin_anew"),
        ("Goodbye.", "say_goodbye"),
        ("Never call me again.", "do_not_call"),
    ],
)
def test_whoever_rings_again_chooses_what_happens_to_the_story(words: str, wish: str) -> None:
    assert tool([OFFER, Message("user", words)], CHOICE) == (wish, {})


def test_what_is_no_choice_is_asked_for_again() -> None:
    assert reply([OFFER, Message("user", "Hello?")], CHOICE).text.endswith("begin a new one?")
    assert reply([OFFER, Message("tool", "")], CHOICE).text == ""


def test_the_choice_of_a_new_story_is_no_name() -> None:
    asked = Message("assistant", reply([], INTRO, load_prompt("begin_anew")).text)
    said = [OFFER, Message("user", "No, begin anew."), asked, Message("user", "Tom from Paris.")]
    facts = {"name": "Tom", "location": "Paris"}
    assert tool(said, INTRO) == ("information_gathered", facts)

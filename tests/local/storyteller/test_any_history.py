"""Whatever the history is, there is a reply fit for the telephone."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.storyteller import Message, ToolCall, reply
from local.storyteller.story_data import load_stories
from tests.local.storyteller.conversation import (
    BEGIN,
    GREETING,
    INTERRUPTED,
    RESUME,
    Conversation,
    introduction,
    story,
    story_system,
)

pytestmark = pytest.mark.unit

SAID = st.one_of(
    st.sampled_from(
        [
            "yes",
            "no",
            "stop",
            "wait",
            "what?",
            "go on",
            "Maria",
            "I'm Bob from Oslo",
            "the first one",
            "the left door",
            "",
            "you",
            "[BLANK_AUDIO]",
            "a dog",
            "Are you a robot?",
            "another story",
            "I'd rather not say",
            "don't stop",
            "hello?",
            "Lisbon",
            "no, Mario",
            "again",
            "thank you",
            "why?",
            "I don't know",
            "both",
            "The tower.",
            "not the tower",
        ]
    ),
    st.text(max_size=30),
)
SCENES = [scene.text for tale in load_stories() for scene in tale.scenes.values()]
TOLD = st.one_of(
    st.sampled_from([GREETING, "", "Are you still there? I am listening.", *SCENES]),
    st.tuples(st.sampled_from(SCENES), st.integers(0, 100)).map(lambda cut: cut[0][: cut[1]]),
    st.text(max_size=30),
)
MESSAGES = st.one_of(
    SAID.map(lambda text: Message("user", text)),
    TOLD.map(lambda text: Message("assistant", text)),
    st.just(Message("tool", "")),
    st.just(Message("assistant", "", (ToolCall("information_gathered", {"name": "x"}),))),
    st.just(Message("system", INTERRUPTED)),
)
INSTRUCTIONS = st.sampled_from(["", "", BEGIN, INTERRUPTED, RESUME, "Be kind."])
SPOKEN = re.compile(r"[^*#_<>{}\[\]|`]+")


@settings(max_examples=60, deadline=None)
@given(st.lists(MESSAGES, max_size=12), INSTRUCTIONS, st.booleans())
def test_any_story_history_has_a_reply(
    messages: list[Message], instructions: str, has_system: bool
) -> None:
    history = [story_system(), *messages] if has_system else messages
    answer = reply(history, ["story_finished"], instructions)
    if answer.tool_calls:
        assert answer.text == ""
    else:
        assert answer.text.endswith("?") and SPOKEN.fullmatch(answer.text)


@settings(max_examples=60, deadline=None)
@given(st.lists(MESSAGES, max_size=12))
def test_any_introduction_has_a_reply(messages: list[Message]) -> None:
    answer = reply(messages, ["information_gathered"])
    if messages and messages[-1].role == "tool":
        assert answer.text == "" and not answer.tool_calls
    elif answer.tool_calls:
        assert answer.text == ""
    else:
        assert answer.text and SPOKEN.fullmatch(answer.text)


@settings(max_examples=15, deadline=None)
@given(st.lists(SAID, min_size=1, max_size=15), st.sampled_from([introduction, story]))
def test_any_caller_is_answered_in_every_turn(
    said: list[str], start: Callable[[], Conversation]
) -> None:
    call = start()
    for words in said:
        answer = call.say(words)
        assert bool(answer.text) != bool(answer.tool_calls)
        if answer.tool_calls:
            break


@settings(max_examples=15, deadline=None)
@given(st.lists(SAID, max_size=8), st.integers(0, 30))
def test_the_reply_depends_on_the_history_alone(said: list[str], cut: int) -> None:
    call = story()
    for words in said:
        call.say(words)
    call.cut_after(cut)
    first = reply(call.history, ["story_finished"])
    assert reply(list(call.history), ["story_finished"]) == first

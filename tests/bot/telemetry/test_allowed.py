"""What may leave is on a list; everything else stays, whatever it is called."""

import pytest
from livekit.agents.telemetry import trace_types

from bot.telemetry.allowed import TEXTS, allowed, event_may_leave, span_name

pytestmark = pytest.mark.unit

WORDS = "I am Maria from Lisbon, +1 202 555 0123"


@pytest.mark.parametrize(
    "name", [value for name, value in vars(trace_types).items() if name.startswith("ATTR_")]
)
def test_no_attribute_of_livekits_lets_a_sentence_through_unless_it_is_listed(name: str) -> None:
    assert (allowed({name: WORDS}) == {}) or name in TEXTS


def test_nothing_on_the_list_is_marked_as_somebodys() -> None:
    content = ("messages", "instructions", "arguments", "result", "transcript", "text", "room_name")
    assert not [name for name in TEXTS if "pii" in name.split(".") or name.endswith(content)]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lk.pii.user_input", WORDS),
        ("lk.pii.sip.phoneNumber", 12025550123),
        ("gen_ai.input.messages", WORDS),
        ("lk.stt.events", [WORDS]),
        ("lk.blocking.stack", WORDS),
        ("exception.message", WORDS),
        ("lk.room_name", "story_+12025550123_x"),
        ("something.new", WORDS),
        ("something.new", 12025550123),
        ("lk.speech_id", "x" * 101),
        ("gen_ai.request.model", ["a", "b"]),
    ],
)
def test_words_numbers_and_what_nobody_knows_stay(name: str, value: object) -> None:
    assert allowed({name: value}) == {}


def test_figures_and_harmless_names_leave() -> None:
    sent = {
        "lk.response.ttft": 0.25,
        "lk.interrupted": True,
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.request.model": "gpt-4o-mini",
    }
    assert allowed(sent) == sent
    assert allowed(None) == {}


def test_events_of_the_content_stay() -> None:
    assert not event_may_leave("gen_ai.user.message")
    assert not event_may_leave(WORDS)
    assert event_may_leave("participant_linked")


def test_a_name_that_is_a_sentence_is_none() -> None:
    assert span_name(WORDS) == "unnamed"
    assert span_name("chat gpt-4o-mini") == "chat gpt-4o-mini"

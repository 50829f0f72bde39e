"""Echo's words live in text files, fit for the telephone."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from agents.conversation import WHO
from agents.prompts import load_prompt, prompts_version

pytestmark = pytest.mark.unit

VALUES = {
    "name": "Maria",
    "location": "Lisbon",
    "plan": "Story: a test",
    "who": WHO,
    "known": "Maria in Lisbon",
    "told": "you woke it",
    "before": "you woke it",
}
_ROOMS = ("agents", "bot")
_SPOKEN = (
    "greeting",
    "opening",
    "opening_unnamed",
    "ask_both",
    "ask_name",
    "ask_location",
    "voicemail",
    "to_screener",
    "blocked",
    "not_blocked",
    "goodbye_spoken",
    "still_there",
    "still_there_again",
    "not_heard",
    "not_heard_keys",
    "greeting_keys",
    "keys",
    "notice",
    "hello",
    "same_person",
    "same_person_told",
    "welcome",
    "welcome_told",
    "ask_to_remember",
    "goodbye_remembered",
    "forgotten",
    "forgotten_person",
    "forgotten_call",
    "not_forgotten",
    "forget_whom",
    "go_on_or_end",
    "greeting_question",
    "welcome_back",
    "offer",
    "going_on",
    "farewell_silence",
    "farewell_time_limit",
    "farewell_shutdown",
)


def _prompt_names() -> list[str]:
    return sorted(
        entry.name.removesuffix(".txt")
        for entry in files("agents.prompts").iterdir()
        if entry.name.endswith(".txt")
    )


@pytest.mark.parametrize("name", _prompt_names())
def test_every_prompt_is_used_and_can_be_filled(name: str) -> None:
    root = Path(__file__).parents[2]
    code = "".join(p.read_text() for room in _ROOMS for p in (root / room).rglob("*.py"))
    assert f'"{name}"' in code
    assert "$" not in load_prompt(name, **VALUES)


@pytest.mark.parametrize("name", _SPOKEN)
def test_what_is_spoken_as_it_stands_has_no_markup_and_no_digits(name: str) -> None:
    text = load_prompt(name, **VALUES)
    assert not re.search(r"[\d*#<>\[\]{}_`\n]", text)
    assert all(len(sentence.split()) <= 25 for sentence in re.split(r"[.?!]", text))


def test_the_version_is_the_same_wherever_the_texts_are() -> None:
    version, _, total = prompts_version().partition("-")
    assert version.isdigit() and re.fullmatch("[0-9a-f]{8}", total)
    assert len(prompts_version()) <= 32


def test_the_question_for_consent_is_known_by_its_words() -> None:
    assert "remember your name" in load_prompt("ask_to_remember")

"""Consent is a clear yes in the caller's own words, and nothing else."""

import pytest

from agents.memory.consent import says_yes, takes_leave, wants_to_be_forgotten

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "words",
    [
        "Yes.",
        "Yes, please do.",
        "Oh yeah, sure!",
        "Of course you may.",
        "Okay.",
        "That would be lovely.",
        "Why not?",
        "Go ahead.",
        "I would like that, yes.",
    ],
)
def test_a_clear_yes_is_one(words: str) -> None:
    assert says_yes(words)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "No.",
        "No, thank you.",
        "Yes... no, better not.",
        "I'd rather not.",
        "Please don't.",
        "Okay, what does that mean?",
        "Well, who would read it? Fine people?",
        "Sure, but forget me after that.",
        "The lighthouse.",
        "Hm.",
        "Ja, gerne.",
        "Yes if you promise me that you will never give it to anybody else in the whole world",
        "Never.",
        "Goodbye.",
    ],
)
def test_everything_else_is_a_no(words: str) -> None:
    assert not says_yes(words)


@pytest.mark.parametrize(
    ("words", "leaves"),
    [
        ("Goodbye, Echo.", True),
        ("Bye bye!", True),
        ("Stop, please.", True),
        ("I have to go now.", True),
        ("That's enough.", True),
        ("No, thank you. That was lovely.", False),
        ("Yes, let us end here.", False),
        ("", False),
    ],
)
def test_whoever_is_going_is_not_asked_any_more(words: str, leaves: bool) -> None:
    assert takes_leave(words) == leaves


@pytest.mark.parametrize(
    ("words", "forget"),
    [
        ("No. Forget me.", True),
        ("Please delete everything you know.", True),
        ("Erase all about me.", True),
        ("I forget things.", False),
        ("No.", False),
    ],
)
def test_a_wish_to_be_forgotten_is_more_than_a_no(words: str, forget: bool) -> None:
    assert wants_to_be_forgotten(words) == forget

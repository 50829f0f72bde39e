"""What a key means after what Echo has said."""

import pytest

from bot.talk.turns.keys import NO_MEANING, SLOWER, Meaning, Wish, meaning_of, options

pytestmark = pytest.mark.unit

DOORS = "A shop has two doors. Do you take the left door, or the right door?"


@pytest.mark.parametrize(
    ("question", "offered"),
    [
        ("Do you take the left door, or the right door?", ("take the left door", "the right door")),
        ("And now, Peter, would you rather fly or swim?", ("fly", "swim")),
        ("The tower or the well?", ("the tower", "the well")),
        ("Do you go left, where the tower stands, or right?", ("go left", "right")),
        (
            "Shall we open the gate, wind the clock, or wait?",
            ("open the gate", "wind the clock", "wait"),
        ),
        ("Don't you want to stay, or do you go?", ("stay", "go")),
    ],
)
def test_a_choice_offers_its_options_in_their_order(
    question: str, offered: tuple[str, ...]
) -> None:
    assert options(question) == offered


@pytest.mark.parametrize(
    ("key", "said", "words"),
    [
        ("1", DOORS, "The first one: take the left door."),
        ("2", DOORS, "The second one: the right door."),
        ("1", "Shall we go on?", "Yes."),
        ("2", "Shall we go on?", "No."),
        ("1", "May I ask your name?", "I would rather not say. Please go on without it."),
        ("*", "", SLOWER),
    ],
)
def test_a_key_stands_for_words(key: str, said: str, words: str) -> None:
    assert meaning_of(key, [said]) == Meaning(Wish.ANSWER, words)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("1", "What do you call the dragon?"),
        ("2", "What is your name?"),
        ("1", "The wind rises."),
        ("3", DOORS),
        ("A", DOORS),
        ("", DOORS),
    ],
)
def test_a_key_means_nothing_where_nothing_was_offered(key: str, said: str) -> None:
    assert meaning_of(key, [said]) == NO_MEANING
    assert meaning_of("1", []) == NO_MEANING


def test_a_choice_stays_open_while_echo_asks_something_else() -> None:
    words = meaning_of("2", [DOORS, "Shall I say it again?"]).words
    assert words == "The second one: the right door."


def test_the_question_is_asked_again_without_what_came_before_it() -> None:
    asked = "Do you take the left door, or the right door?"
    assert meaning_of("0", [DOORS]) == Meaning(Wish.AGAIN, asked)
    assert meaning_of("0", ["The wind rises."]) == Meaning(Wish.AGAIN)


def test_the_hash_key_ends_whatever_was_asked() -> None:
    assert meaning_of("#", []) == Meaning(Wish.END)

"""Names and places are found in what callers say, as a speech recognizer writes it."""

import pytest

from local.storyteller.facts import BOTH, NAME, PLACE, Facts, Kind, learn

pytestmark = pytest.mark.unit

N: frozenset[Kind] = frozenset({NAME})
P: frozenset[Kind] = frozenset({PLACE})
NOTHING = Facts()

FIRST_ANSWERS = [
    ("I'm Maria from Lisbon", "Maria", "Lisbon"),
    ("Hi, I'm Maria from Lisbon.", "Maria", "Lisbon"),
    ("Maria", "Maria", None),
    ("My name is Maria.", "Maria", None),
    ("My name is Maria and I'm calling from Lisbon", "Maria", "Lisbon"),
    ("my name is maria i live in oslo.", "Maria", "Oslo"),
    ("hi im sam im from leeds", "Sam", "Leeds"),
    ("Lisbon, Portugal", None, "Lisbon, Portugal"),
    ("I'm calling from Lisbon.", None, "Lisbon"),
    ("this is Bob in New York City", "Bob", "New York City"),
    ("It's Bob here, calling from San Francisco, California.", "Bob", "San Francisco, California"),
    ("Bob speaking.", "Bob", None),
    ("call me Al", "Al", None),
    ("Maria, Lisbon", "Maria", "Lisbon"),
    ("Maria. Lisbon.", "Maria", "Lisbon"),
    ("Maria Lisbon", "Maria", "Lisbon"),
    ("Maria from Lisbon.", "Maria", "Lisbon"),
    ("I'm calling from Lisbon and my name is Maria.", "Maria", "Lisbon"),
    ("Lisbon, and my name is Maria.", "Maria", "Lisbon"),
    ("Yes, I'm Tom, and I'm in London.", "Tom", "London"),
    ("Sure, my name is Ana.", "Ana", None),
    ("I am Jean-Luc from the south of France", "Jean-Luc", "the south of France"),
    (
        "My name's Thomas O'Brien, and I come from Cork, Ireland.",
        "Thomas O'Brien",
        "Cork, Ireland",
    ),
    ("I'm Paris from Texas.", "Paris", "Texas"),
    ("My name is Maria, I'm calling from Lisbon, who are you?", "Maria", "Lisbon"),
]


@pytest.mark.parametrize(("said", "name", "place"), FIRST_ANSWERS)
def test_first_answer(said: str, name: str | None, place: str | None) -> None:
    assert learn(NOTHING, said, BOTH) == Facts(name, place)


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("Lisbon.", "Lisbon"),
        ("from Berlin", "Berlin"),
        ("It's Oslo.", "Oslo"),
        ("I'm calling from Lisbon.", "Lisbon"),
        ("I live in a small village near Porto", "a small village near Porto"),
        ("The north of Spain", "the north of Spain"),
        ("I'm calling from my kitchen", "your kitchen"),
        ("Washington, D.C.", "Washington, DC"),
        ("St. Louis", "St Louis"),
        ("Oslo. Thank you.", "Oslo"),
    ],
)
def test_place_after_the_name(said: str, place: str) -> None:
    assert learn(Facts("Bob"), said, P) == Facts("Bob", place)


@pytest.mark.parametrize(
    ("said", "name"),
    [("Um, Anna.", "Anna"), ("It's Anna.", "Anna"), ("Just call me Anna please.", "Anna")],
)
def test_name_after_the_place(said: str, name: str) -> None:
    assert learn(Facts(None, "Oslo"), said, N) == Facts(name, "Oslo")


@pytest.mark.parametrize(
    ("known", "said", "asked", "expected"),
    [
        (Facts("Mary"), "no, Maria with an i", P, Facts("Maria")),
        (Facts("Mary"), "No, it's Maria with an I.", P, Facts("Maria")),
        (Facts("Marya"), "M-A-R-I-A", P, Facts("Maria")),
        (Facts("Marita"), "Maria.", P, Facts("Maria")),
        (Facts("Mary"), "It is Maria. Maria with an I.", P, Facts("Maria")),
        (Facts("Maria"), "No Mario, not Maria.", P, Facts("Mario")),
        (Facts("Maria"), "I said Mario. And I live in Rome.", P, Facts("Mario", "Rome")),
        (Facts("Maria"), "actually it's Mario", P, Facts("Mario")),
        (Facts("Maria"), "Actually, my name is Bob.", P, Facts("Bob")),
        (Facts("Rob"), "No, I'm Bob.", P, Facts("Bob")),
        (Facts("Mario"), "No, not Mario, Maria.", P, Facts("Maria")),
        (Facts(None, "Lisbon"), "I said Porto not Lisbon", N, Facts(None, "Porto")),
        (Facts(None, "Lisbon"), "I said Porto, not Lisbon.", N, Facts(None, "Porto")),
        (Facts(None, "Lisbon"), "Actually, Porto.", N, Facts(None, "Porto")),
        (Facts(None, "Oslo"), "No, from Porto.", N, Facts(None, "Porto")),
        (NOTHING, "Maria, no, Mario, from Lisbon", BOTH, Facts("Mario", "Lisbon")),
        (NOTHING, "I'm Maria from Lisbon, no sorry, from Porto", BOTH, Facts("Maria", "Porto")),
        (NOTHING, "I'm Mary, no wait, Maria, and I'm in Porto", BOTH, Facts("Maria", "Porto")),
    ],
)
def test_corrections_win(known: Facts, said: str, asked: frozenset[Kind], expected: Facts) -> None:
    assert learn(known, said, asked) == expected


@pytest.mark.parametrize(
    ("known", "said", "asked", "expected"),
    [
        (NOTHING, "I'd rather not say.", BOTH, Facts("", "")),
        (NOTHING, "No.", BOTH, Facts("", "")),
        (NOTHING, "I'd rather not say my name", BOTH, Facts("")),
        (NOTHING, "I won't tell you my name but I'm from Oslo", BOTH, Facts("", "Oslo")),
        (NOTHING, "My name is Bob, but I'd rather not say where I am.", BOTH, Facts("Bob", "")),
        (NOTHING, "None of your business", N, Facts("")),
        (NOTHING, "I'm not telling you", N, Facts("")),
        (Facts("Bob"), "skip", P, Facts("Bob", "")),
        (Facts("Bob"), "No.", P, Facts("Bob", "")),
        (Facts("Bob"), "I don't want to say.", P, Facts("Bob", "")),
    ],
)
def test_refusals_are_taken(
    known: Facts, said: str, asked: frozenset[Kind], expected: Facts
) -> None:
    assert learn(known, said, asked) == expected


@pytest.mark.parametrize(
    "said",
    [
        "",
        "[BLANK_AUDIO]",
        "you",
        "Thank you.",
        "Yes.",
        "What's your name?",
        "Can you repeat that?",
        "Sorry?",
        "I'm good, how are you?",
        "Hello, Echo.",
        "I like pizza",
        "Asshole.",
        "I'm in a hurry",
        "Tell me a story",
        "Are you a robot?",
        "I'm just calling to hear a story",
    ],
)
@pytest.mark.parametrize(("known", "asked"), [(NOTHING, BOTH), (Facts("Bob"), P)])
def test_nothing_is_learnt_from_noise_and_questions(
    said: str, known: Facts, asked: frozenset[Kind]
) -> None:
    assert learn(known, said, asked) == known

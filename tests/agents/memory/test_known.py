"""Who the caller is, by what is remembered under the number."""

import pytest

from agents.memory.known import Known, Past

pytestmark = pytest.mark.unit

LINES = ("you woke it", "you rode it", "you baked it", "you rang it")
MARIA = Known("Maria Silva", "Lisbon", LINES)
PEDRO = Known("Pedro")


def test_a_name_is_the_same_by_its_first_word() -> None:
    assert MARIA.is_called("maria")
    assert not MARIA.is_called("Mario")
    assert not MARIA.is_called("")
    assert not Known("").is_called("")


def test_whoever_called_last_is_expected_where_the_number_is_certain() -> None:
    assert Past((PEDRO, MARIA), may_be_told=True).expected is PEDRO
    assert Past((PEDRO, MARIA)).expected is None
    assert Past(may_be_told=True).expected is None


def test_everybody_is_found_by_name() -> None:
    past = Past((PEDRO, MARIA))
    assert past.who_is("Maria") is MARIA
    assert past.who_is("Anna") is None


def test_the_question_tells_name_place_and_the_last_story() -> None:
    assert "Maria Silva in Lisbon" in MARIA.question
    assert "you rang it" in MARIA.question and "you baked it" not in MARIA.question
    assert "Pedro" in PEDRO.question and "Last time" not in PEDRO.question


def test_the_storyteller_is_told_of_the_last_three_stories() -> None:
    assert "you rode it; you baked it; you rang it" in MARIA.before
    assert "you woke it" not in MARIA.before
    assert PEDRO.before == ""

"""Whether a story was told to its end."""

import pytest

from agents.prompts import load_prompt
from agents.stories import load_premises
from agents.stories.ending import was_told

pytestmark = pytest.mark.unit

PREMISE = load_premises()[0]
SCENE = "The sea is dark. Do you climb the tower, or run to the beach?"


def test_as_many_turns_as_beats_are_a_whole_story() -> None:
    beats = len(PREMISE.beats)
    assert was_told(PREMISE, [SCENE] * beats)
    assert not was_told(PREMISE, [SCENE] * (beats - 1))


@pytest.mark.parametrize(
    "last",
    [
        "The boat is home. Do you want to end here?",
        "And that was the end. Did you like it?",
        "Would you like to hear one more story?",
        "So the story is told. Shall we end here?",
    ],
)
def test_whoever_asks_whether_it_is_enough_has_come_to_the_end(last: str) -> None:
    assert was_told(PREMISE, [SCENE, last])


@pytest.mark.parametrize(
    "told",
    [[], [SCENE], [SCENE, load_prompt("too_long")], ["Shall I go on, or shall we end here?"]],
    ids=["nothing", "a scene", "cut", "asked in the middle"],
)
def test_a_story_that_was_stopped_has_not(told: list[str]) -> None:
    assert not was_told(PREMISE, told)

"""What stands in a thread is bounded, read across versions, and never shown."""

import json

import pytest

from bot.records.thread import SURVIVED, Said, Thread

pytestmark = pytest.mark.unit


def test_only_the_newest_turns_are_kept_and_none_is_long() -> None:
    long = Thread(said=tuple(Said(True, f"{n} " + "x" * 5000) for n in range(100)))
    kept = Thread.of_text(long.to_text(), 0).said
    assert len(kept) == 40
    assert kept[-1].text.startswith("99 ") and max(len(each.text) for each in kept) == 1500


def test_what_a_newer_version_has_added_is_left_out() -> None:
    text = json.dumps({"said": [[True, "Hello?", False, "new"]], "name": "Ann", "mood": "merry"})
    assert Thread.of_text(text, 2) == Thread(said=(Said(True, "Hello?"),), name="Ann", deaths=2)


def test_no_word_and_no_name_is_shown() -> None:
    thread = Thread(said=(Said(False, "a secret"),), name="Peter", location="Berlin")
    assert not {"secret", "Peter", "Berlin"} & set(repr(thread).replace("'", " ").split())


@pytest.mark.parametrize(
    ("thread", "is_unfinished"),
    [
        (Thread(name="Peter"), True),
        (Thread(name="Peter", deaths=SURVIVED), True),
        (Thread(name="Peter", deaths=SURVIVED + 1), False),
        (Thread(name="Peter", is_over=True), False),
        (Thread(said=(Said(True, "Who is calling?"),)), False),
    ],
    ids=["in the story", "two deaths", "three deaths", "told or refused", "in the introduction"],
)
def test_only_a_story_that_broke_off_may_be_gone_on_with(
    thread: Thread, is_unfinished: bool
) -> None:
    assert thread.is_unfinished is is_unfinished


def test_a_thread_of_the_version_before_is_not_over() -> None:
    assert not Thread.of_text('{"name": "Peter"}', 0).is_over

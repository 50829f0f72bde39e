"""Where stories are read from: the local storyteller, a demo's transcript, the database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agents.stories import load_premises
from bench.story.heard import NoTranscript, read_heard
from bench.story.kept import read_kept, telling_of
from bench.story.measures import measure
from bench.story.played import CALLERS, CALLS_OF_EACH, play_all
from bot.records import CallRecord, Direction, EndReason, Records, migrate
from bot.records.diary import CallDiary, Entry, Event, EventKind, Turn, Who

pytestmark = pytest.mark.unit

START = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
DEMO = """\
   0.93-   8.10 s  Echo   Hello, this is Echo. May I ask your name?
   9.10-  12.00 s  Maria  I am Maria, and I am calling from Lisbon.
  13.20-  18.00 s  Echo   The lighthouse goes dark, and a blue lantern
  18.20-  22.00 s  Echo   is out at sea. Do you climb, or run?
  23.20-  24.00 s  Maria  I climb.
  25.10-  33.00 s  Echo   An animal is by the lamp. The captain calls. One more story?
  75.70-  78.00 s  Maria  No, thank you.
  80.10-  84.00 s  Echo   Thank you, Maria. Goodbye.
"""


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def call(**more: object) -> CallRecord:
    record = CallRecord(
        call_id="c1",
        direction=Direction.INBOUND,
        room_name="r",
        started_at=START,
        from_number="+12025550123",
        ended_at=at(60),
        end_reason=EndReason.STORY_FINISHED,
    )
    assert not more
    return record


def turn(who: Who, seconds: float, words: str | None) -> Turn:
    return Turn(who=who, began_at=at(seconds), words=words)


DIARY = CallDiary(
    turns=(
        turn(Who.ECHO, 1, "Who are you?"),
        turn(Who.CALLER, 5, "Maria."),
        turn(Who.ECHO, 11, "A bell. Do you ring it, or wait?"),
        turn(Who.CALLER, 15, "I ring it."),
        turn(Who.ECHO, 20, "It rings. Shall we end?"),
        turn(Who.CALLER, 25, "Yes."),
        turn(Who.ECHO, 30, "Goodbye, Maria."),
    ),
    events=(
        Event(kind=EventKind.HANDOVER, at=at(10)),
        Event(kind=EventKind.PREMISE, at=at(10), detail="quiet_bell"),
    ),
)


def test_the_local_storyteller_plays_every_caller_to_the_end() -> None:
    tellings = play_all()
    assert len(tellings) == len(CALLERS) * CALLS_OF_EACH
    assert all(len(each.turns) >= 4 for each in tellings)
    first = [each.premise for each in tellings[:CALLS_OF_EACH]]
    assert len(set(first)) == CALLS_OF_EACH


def test_the_local_storyteller_scores_what_the_page_says() -> None:
    found = {each.name: each.value for each in measure(play_all())}
    for name in (
        "turns that end on a question",
        "options that differ",
        "stories whose planted thing returns",
        "turns fit for a child",
    ):
        assert found[name] == 1, name
    taken_up = found["choices taken up in the caller's words"]
    again = found["repeated for a returning caller"]
    assert taken_up is not None and taken_up >= 0.8
    assert again is not None and again <= 0.1


def test_a_transcript_is_the_story_without_what_is_around_it(tmp_path: Path) -> None:
    path = tmp_path / "transcript.txt"
    path.write_text(DEMO, encoding="utf-8")
    story = read_heard(path)
    assert len(story.turns) == 2
    assert story.turns[0].startswith("The lighthouse") and story.turns[0].endswith("or run?")
    assert story.premise is not None and story.premise.id == "lighthouse"


@pytest.mark.parametrize("text", ["", "no transcript at all\n", DEMO.splitlines()[0]])
def test_a_file_without_a_story_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NoTranscript, match=r"other\.txt"):
        read_heard(path)
    with pytest.raises(NoTranscript, match="missing"):
        read_heard(tmp_path / "missing")


def test_a_kept_call_is_read_from_its_handover_to_before_its_goodbye() -> None:
    story = telling_of(call(), DIARY)
    assert story is not None
    assert story.turns == ["A bell. Do you ring it, or wait?", "It rings. Shall we end?"]
    assert story.premise in load_premises() and story.premise is not None
    assert story.premise.id == "quiet_bell"
    assert "+1" not in str(measure([story]))


def test_a_call_whose_words_are_not_kept_has_no_story() -> None:
    silent = tuple(turn(each.who, 20, None) for each in DIARY.turns)
    assert telling_of(call(), CallDiary(turns=silent, events=DIARY.events)) is None
    assert telling_of(call(), CallDiary(turns=DIARY.turns)) is None


async def test_stories_come_out_of_a_database(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'calls.db'}"
    await migrate(url)
    async with Records.open(url) as records:
        await records.calls.save(call())
        entries: list[Entry] = [*DIARY.turns, *DIARY.events]
        await records.diaries.write("c1", list(enumerate(entries, 1)))
    assert [len(each.turns) for each in await read_kept(url, 10)] == [2]

"""Everything that the records can say has words at the desk, and what proves it beside it."""

from datetime import timedelta
from enum import StrEnum

import pytest

from bot.records import EndReason
from bot.records.diary import CallDiary, Event, EventKind
from bot.records.roster import Act
from desk.words import act_words, event_words, length_s, proof, reason_words, why
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit


def a_diary(*kinds: EventKind) -> CallDiary:
    events = [Event(kind=kind, at=NOON + timedelta(seconds=i)) for i, kind in enumerate(kinds)]
    return CallDiary((), tuple(events), ())


@pytest.mark.parametrize("reason", EndReason)
def test_why_a_call_ended_is_a_sentence(reason: EndReason) -> None:
    sentence = why(a_call(end_reason=reason, ended_at=NOON))
    assert sentence.endswith(".") and "_" not in sentence
    assert reason_words(reason) == reason.value.replace("_", " ")


def test_a_call_in_progress_has_not_ended_for_any_reason() -> None:
    assert why(a_call()) == "The call is in progress."
    assert reason_words(None) == "in progress"


@pytest.mark.parametrize("kind", EventKind)
def test_every_event_is_told_in_words_of_its_own(kind: EventKind) -> None:
    assert "_" not in event_words(kind)


def test_no_two_events_are_told_alike() -> None:
    told = [event_words(kind) for kind in EventKind]
    assert len(set(told)) == len(told)


def test_an_event_of_a_newer_program_is_shown_as_it_is() -> None:
    class Newer(StrEnum):
        WHISPERED = "whispered"

    assert event_words(Newer.WHISPERED) == "whispered"  # type: ignore[arg-type]


@pytest.mark.parametrize("act", Act)
def test_what_a_watch_did_is_told(act: Act) -> None:
    assert act_words(act).split()[0] in ("hung", "had", "offered", "gave")


def test_a_conversation_has_a_length_when_it_is_over_and_only_then() -> None:
    later = NOON + timedelta(seconds=90)
    assert length_s(a_call(answered_at=NOON, ended_at=later)) == 90.0
    assert length_s(a_call(answered_at=NOON)) is None
    assert length_s(a_call(ended_at=later)) is None, "nobody answered"


# --- the proof ------------------------------------------------------------------------------------


def test_what_was_noted_and_what_was_seen_bear_the_reason_out() -> None:
    call = a_call(ended_at=NOON, end_reason=EndReason.STORY_FINISHED, error="the voice was slow")
    seen = proof(call, a_diary(EventKind.GOODBYE_HEARD, EventKind.LEG_GONE))
    assert seen == [
        "Noted: the voice was slow",
        "12:00:00 the last words were said to their end",
        "12:00:01 the telephone was seen gone",
    ]


def test_a_telephone_that_nobody_saw_leave_is_said_to_be_missing() -> None:
    call = a_call(ended_at=NOON, end_reason=EndReason.CRASHED)
    assert proof(call, a_diary(EventKind.ANSWERED)) == [
        "Nobody noted that the telephone was seen gone."
    ]


@pytest.mark.parametrize(
    ("ended_at", "kinds"), [(None, (EventKind.ANSWERED,)), (NOON, ())], ids=["open", "no diary"]
)
def test_nothing_is_missing_of_a_call_in_progress_or_without_a_diary(
    ended_at: object, kinds: tuple[EventKind, ...]
) -> None:
    assert proof(a_call(ended_at=ended_at), a_diary(*kinds)) == []

import io
from dataclasses import dataclass, field
from typing import cast

import pytest
from rich.console import Console

from local.caller import Gap, Line, PhoneCall, Span
from local.demo.record import Record
from local.demo.report import Report, rows, transcript_text

pytestmark = pytest.mark.unit

TURN = Span(2.0, 3.0)


@dataclass
class FinishedCall:
    """What the report reads of a call."""

    answered_s: float = 0.5
    ended_s: float | None = 60.0
    ended_by: str | None = "far end"
    heard_to_the_end: bool = True
    far_speech: list[Span] = field(default_factory=lambda: [Span(0.7, 1.5)])
    response_gaps: list[Gap] = field(default_factory=lambda: [Gap(TURN, Span(4.0, 5.0))])


def rows_of(call: FinishedCall, record: Record | None) -> dict[str, str]:
    return dict(rows(cast(PhoneCall, call), record))


def test_a_call_that_went_well_in_numbers() -> None:
    shown = rows_of(FinishedCall(), Record("story_finished", "story", 5, None, "1"))

    assert shown == {
        "INVITE to answer": "0.50 s",
        "answer to first word": "0.20 s",
        "response gap of each turn": "median 1.00 s: 1.00",
        "call ended": "Echo hung up after 60.0 s",
        "goodbye": "heard to its end",
        "record written": "yes: story_finished, reached the story, 5 turns",
    }


def test_what_did_not_happen_is_said_and_never_shown_as_zero() -> None:
    call = FinishedCall(
        ended_by="caller", heard_to_the_end=False, far_speech=[], response_gaps=[Gap(TURN, None)]
    )

    shown = rows_of(call, None)

    assert shown["answer to first word"] == "nothing was said"
    assert shown["response gap of each turn"] == "no answers"
    assert shown["call ended"] == "Maria hung up after 60.0 s"
    assert shown["goodbye"] == "cut, or never said"
    assert shown["record written"] == "no"


def test_a_turn_without_an_answer_is_shown_among_the_others() -> None:
    call = FinishedCall(response_gaps=[Gap(TURN, Span(4.0, 5.0)), Gap(TURN, None)])

    assert rows_of(call, None)["response gap of each turn"] == "median 1.00 s: 1.00  none"


def test_the_error_of_a_failed_call_is_shown() -> None:
    record = Record("provider_failure", "story", 1, "no answer after the apology", "1")

    shown = rows_of(FinishedCall(), record)["record written"]

    assert shown.startswith("yes: provider_failure (no answer after the apology)")


def test_words_that_look_like_markup_are_shown_as_they_are() -> None:
    console = Console(file=io.StringIO(), width=80)

    Report(console).line(Line("caller", "[keys 12#] [red]", 1.0, 2.0))

    assert "Maria  [keys 12#] [red]" in cast(io.StringIO, console.file).getvalue()


def test_the_transcript_has_a_line_for_each_thing_said() -> None:
    text = transcript_text([Line("far end", "Hello.", 1.0, 2.0), Line("caller", "Hi.", 3.0, 3.5)])

    assert text == "   1.00-   2.00 s  Echo   Hello.\n   3.00-   3.50 s  Maria  Hi.\n"


def test_the_call_is_named_at_the_desk_with_its_whole_address() -> None:
    console = Console(record=True, width=40, file=io.StringIO())
    address = "http://127.0.0.1:8082/calls/3f1c7f0e-0000-4000-8000-000000000001"
    Report(console).desk(address)
    assert f"The call at the desk: {address}\n" in console.export_text()

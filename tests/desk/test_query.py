"""What somebody types into the filters, or into the address: understood, or said to be wrong."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.records import AgentReached, Direction, EndReason
from bot.records.survey import CallFilter, Cursor
from desk.query import read_query, spelled
from tests.bot.records.records import NOON, a_call
from tests.desk.desks import ADesk

pytestmark = pytest.mark.unit


def test_nothing_typed_filters_nothing() -> None:
    query = read_query({}, "US")
    assert (query.wanted, query.below, query.problems) == (CallFilter(), None, ())
    assert query.address("/calls") == "/calls"


@pytest.mark.parametrize(
    ("field", "text", "wanted"),
    [
        ("number", "(202) 555-0123", {"number": "+12025550123"}),
        ("number", "+442079460123", {"number": "+442079460123"}),
        ("number", " softphone ", {"number": "softphone"}),
        ("direction", "outbound", {"direction": Direction.OUTBOUND}),
        ("reason", "silence", {"end_reason": EndReason.SILENCE}),
        ("agent", "story", {"agent_reached": AgentReached.STORY}),
        ("since", "2026-03-01", {"since": datetime(2026, 3, 1, tzinfo=UTC)}),
        # The whole of that day.
        ("until", "2026-03-01", {"until": datetime(2026, 3, 2, tzinfo=UTC)}),
        ("shortest", "0", {"shortest_s": 0.0}),
        ("longest", "90.5", {"longest_s": 90.5}),
        ("slow", "2", {"slow_s": 2.0}),
    ],
)
def test_each_field_is_one_condition(field: str, text: str, wanted: dict[str, Any]) -> None:
    query = read_query({field: text}, "US")
    assert (query.wanted, query.problems) == (CallFilter(**wanted), ())


@pytest.mark.parametrize(
    ("field", "text"),
    [
        *[("since", text) for text in ("yesterday", "2026-02-30", "0000-01-01", "10000-01-01")],
        ("until", "9999-12-31"),
        *[("shortest", text) for text in ("-1", "nan", "inf", "1e400", "one", "1e9")],
        ("longest", "-0.1"),
        ("slow", "--"),
        ("direction", "sideways"),
        ("reason", "SILENCE"),
        ("agent", "nobody"),
    ],
)
def test_what_cannot_be_meant_is_said_and_filters_nothing(field: str, text: str) -> None:
    query = read_query({field: text}, "US")
    assert query.wanted == CallFilter()
    assert [problem.split(":")[0] for problem in query.problems] == [field]
    assert query.typed[field] == text, "it stays to be mended"


def test_every_problem_is_said_at_once() -> None:
    query = read_query({"since": "x", "slow": "y", "reason": "z", "longest": "9"}, "US")
    assert sorted(problem.split(":")[0] for problem in query.problems) == [
        "reason",
        "since",
        "slow",
    ]
    assert query.wanted == CallFilter(longest_s=9.0)


def test_what_nobody_asked_for_is_dropped_and_what_is_endless_is_cut() -> None:
    query = read_query({"number": "7" * 5000, "is_admin": "yes"}, "US")
    assert "is_admin" not in query.typed
    assert len(query.typed["number"]) == 200


def test_a_number_is_spelled_as_the_records_spell_it() -> None:
    assert spelled("202-555-0123", "US") == "+12025550123"
    assert spelled("202-555-0123", None) == "202-555-0123", "of no country it is a name"
    assert spelled(" anonymous\n", "US") == "anonymous"
    # PostgreSQL takes no such character in any text.
    assert spelled("soft\0phone", "US") == "softphone"


def test_the_next_page_has_the_same_filter() -> None:
    query = read_query({"number": "a&b=c", "slow": "2"}, "US")
    below = Cursor.after(a_call())
    address = urlsplit(query.address("/calls", below))
    assert (address.path, parse_qs(address.query)) == (
        "/calls",
        {"number": ["a&b=c"], "slow": ["2"], "below": [str(below)]},
    )
    assert read_query({"below": str(below)}, "US").below == below


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "_",
        f"{NOON.isoformat()}_",
        f"{NOON.isoformat()}_{'x' * 37}",
        f"{NOON.isoformat()}_a\0b",
        "2026-03-01T12:00:00_without-a-zone",
        "0001-01-01T00:00:00+14:00_before-all-time",
        "9999-12-31T23:59:59-14:00_after-all-time",
    ],
)
async def test_an_end_of_a_page_that_is_none_is_no_fault_of_the_desk(
    desk: ADesk, text: str
) -> None:
    assert read_query({"below": text}, "US").below is None
    answer = await desk.client.get("/calls", params={"below": text})
    assert answer.status_code == 200


@pytest.mark.parametrize("field", ["since", "until"])
@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-30", "9999-12-31"])
async def test_the_ends_of_all_time_are_no_fault_of_the_desk(
    desk: ADesk, field: str, text: str
) -> None:
    assert (await desk.client.get("/calls", params={field: text})).status_code == 200

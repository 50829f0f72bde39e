"""All calls: what the list shows, what its filters find, and what leaves as a file."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from bot.records import CallRecord, EndReason
from desk.pages import calls as pages
from tests.bot.records.diary.entries import a_turn, some_usage
from tests.bot.records.records import NOON, a_call
from tests.desk.desks import ADesk

pytestmark = pytest.mark.unit


def rows(page: str) -> list[str]:
    """The ids of the calls on a page, from the top."""
    return re.findall(r'<td><a href="/calls/([^"]+)"', page)


async def keep(desk: ADesk, *calls: CallRecord) -> None:
    for call in calls:
        await desk.records.calls.save(call)


async def test_the_newest_call_is_first_with_its_cost(desk: ADesk) -> None:
    old, new = a_call(), a_call(started_at=NOON + timedelta(seconds=30))
    await keep(desk, old, new)
    await desk.records.diaries.write(new.call_id, [], [some_usage(1, 0.0123)])
    page = await desk.page("/calls")
    assert rows(page) == [new.call_id, old.call_id]
    assert "$0.0123" in page


async def test_the_front_door_leads_to_the_calls(desk: ADesk) -> None:
    answer = await desk.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/calls")


async def test_figures_stand_above(desk: ADesk) -> None:
    call = a_call(end_reason=EndReason.STORY_FINISHED, ended_at=NOON)
    await keep(desk, call)
    await desk.records.diaries.write(call.call_id, [(1, a_turn(gap_s=1.25))])
    page = await desk.page("/calls")
    assert page.count("1 calls") == 2  # today, and seven days
    assert "1.25 s" in page


async def test_a_filter_is_kept_and_a_number_may_be_written_as_people_do(desk: ADesk) -> None:
    mine, other = a_call(), a_call(from_number="+12025550199")
    await keep(desk, mine, other)
    page = await desk.page("/calls?number=(202)+555-0199")
    assert rows(page) == [other.call_id]
    assert 'value="(202) 555-0199"' in page


async def test_every_page_leads_to_the_next_and_no_call_is_shown_twice(
    desk: ADesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_ON_A_PAGE", 3)
    calls = [a_call(started_at=NOON + timedelta(seconds=second)) for second in range(7)]
    await keep(desk, *calls)
    seen: list[str] = []
    address: str | None = "/calls?direction=inbound"
    while address:
        page = await desk.page(address)
        seen += rows(page)
        found = re.search(r'href="([^"]+)" rel="next"', page)
        address = found.group(1).replace("&amp;", "&") if found else None
    assert seen == [call.call_id for call in reversed(calls)]


@pytest.mark.parametrize(
    "query", ["since=yesterday", "longest=long", "slow=-1", "slow=nan", "reason=magic"]
)
async def test_what_cannot_be_understood_is_said(desk: ADesk, query: str) -> None:
    page = await desk.page(f"/calls?{query}")
    assert f'role="alert" class="said">{query.split("=")[0]}: ' in page


async def test_an_end_of_a_page_that_is_none_is_the_first_page(desk: ADesk) -> None:
    call = a_call()
    await keep(desk, call)
    assert rows(await desk.page("/calls?below=nonsense")) == [call.call_id]


# --- files ----------------------------------------------------------------------------------------


async def test_what_is_filtered_leaves_as_csv(desk: ADesk) -> None:
    mine, other = a_call(), a_call(from_number="+12025550199")
    await keep(desk, mine, other)
    answer = await desk.get("/calls.csv?number=%2B12025550199")
    assert answer.headers["content-disposition"] == 'attachment; filename="calls.csv"'
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(line["call_id"], line["from_number"]) for line in lines] == [
        (other.call_id, "+12025550199")
    ]


async def test_what_is_filtered_leaves_as_json(desk: ADesk) -> None:
    call = a_call()
    await keep(desk, call)
    await desk.records.diaries.write(call.call_id, [], [some_usage(1, 0.5)])
    lines = [json.loads(line) for line in (await desk.get("/calls.json")).text.splitlines()]
    assert [(line["call_id"], line["cost_usd"]) for line in lines] == [(call.call_id, 0.5)]


async def test_a_long_export_holds_every_call_once(
    desk: ADesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_AT_ONCE", 3)
    calls = [a_call(started_at=NOON + timedelta(seconds=second)) for second in range(7)]
    await keep(desk, *calls)
    lines = (await desk.get("/calls.json")).text.splitlines()
    assert len({json.loads(line)["call_id"] for line in lines}) == len(lines) == 7


@pytest.mark.parametrize("name", ["=cmd|'/C calc'!A0", "+1+cmd", "@SUM(A1)", "-2"])
async def test_no_spreadsheet_takes_a_callers_name_for_a_formula(desk: ADesk, name: str) -> None:
    await keep(desk, a_call(from_number=name))
    line = next(csv.DictReader(io.StringIO((await desk.get("/calls.csv")).text)))
    assert line["from_number"] == f"'{name}"

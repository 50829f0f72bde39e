"""Who is on the line now, and ending a call with a goodbye."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.records import CallRecord, EndReason
from bot.records.diary import EventKind, Who
from desk.pages import live
from tests.bot.records.diary.entries import a_turn, an_event
from tests.bot.records.records import NOON, a_call
from tests.desk.desks import ADesk

pytestmark = pytest.mark.unit


async def in_progress(desk: ADesk, number: str = "+12025550123") -> CallRecord:
    call = a_call(answered_at=NOON, ended_at=None, from_number=number)
    await desk.records.calls.save(call)
    return call


async def test_a_call_in_progress_is_there_with_its_last_gap(desk: ADesk) -> None:
    call = await in_progress(desk)
    await desk.records.diaries.write(
        call.call_id, [(1, a_turn(gap_s=0.9)), (2, an_event(EventKind.HANDOVER, 20))]
    )
    page = await desk.page("/live")
    for text in ("1:00", "0.90 s", "the storyteller took over", "Hang up, with a goodbye"):
        assert text in page


async def test_who_speaks_is_there_and_for_how_long(desk: ADesk) -> None:
    since = NOON + timedelta(seconds=53)
    call = a_call(answered_at=NOON, ended_at=None, speaking=Who.ECHO, speaking_since=since)
    await desk.records.calls.save(call)
    assert "<td>echo, 0:07</td>" in await desk.page("/live")


async def test_nobody_on_the_line_is_said(desk: ADesk) -> None:
    await desk.records.calls.save(a_call(ended_at=NOON, end_reason=EndReason.SILENCE))
    assert "Nobody is on the line." in await desk.page("/live")


async def test_hanging_up_asks_the_call_for_a_goodbye(desk: ADesk) -> None:
    call = await in_progress(desk)
    answer = await desk.post(f"/live/{call.call_id}/hang-up")
    assert (answer.status_code, desk.told) == (303, [call.call_id])


async def test_nobody_hangs_up_without_the_pages_token(desk: ADesk) -> None:
    call = await in_progress(desk)
    await desk.page("/live")
    for form in ({}, {"token": "guessed"}):
        answer = await desk.client.post(f"/live/{call.call_id}/hang-up", data=form)
        assert answer.status_code == 403
    assert (await desk.get(f"/live/{call.call_id}/hang-up")).status_code == 405
    assert desk.told == []


async def test_a_call_that_is_over_is_not_asked(desk: ADesk) -> None:
    call = a_call(ended_at=NOON, end_reason=EndReason.SILENCE)
    await desk.records.calls.save(call)
    await desk.post(f"/live/{call.call_id}/hang-up")
    assert (await desk.post("/live/nobody/hang-up")).status_code == 404
    assert desk.told == []


async def test_a_door_that_is_closed_is_said(desk: ADesk) -> None:
    desk.door_is_closed = True
    call = await in_progress(desk)
    answer = await desk.post(f"/live/{call.call_id}/hang-up")
    assert answer.status_code == 502
    assert "could not be told to end" in answer.text


async def test_a_call_that_was_asked_to_end_says_so(desk: ADesk) -> None:
    call = await in_progress(desk)
    await desk.records.diaries.write(call.call_id, [(1, an_event(EventKind.END_ASKED))])
    page = await desk.page("/live")
    assert "ending" in page and "Hang up" not in page


# --- pushed ---------------------------------------------------------------------------------------


def pushed(desk: ADesk, watched: asyncio.Semaphore) -> AsyncIterator[str]:
    return live.changes(desk.office, "the-token", watched)


async def test_a_call_that_begins_is_pushed(desk: ADesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_LOOK_S", 0)
    changes = pushed(desk, live.streams())
    assert "Nobody is on the line." in await anext(changes)
    assert (await anext(changes)).startswith(":")  # nothing new
    call = await in_progress(desk)
    event = await anext(changes)
    assert call.call_id in event and "the-token" in event
    assert all(line.startswith("data: ") for line in event.strip().split("\n"))


async def test_no_more_people_look_than_may(desk: ADesk, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = asyncio.Semaphore(1)
    first = pushed(desk, watched)
    await anext(first)
    assert watched.locked()
    await first.aclose()  # type: ignore[attr-defined]
    assert not watched.locked()


async def test_a_name_cannot_break_out_of_a_pushed_event(desk: ADesk) -> None:
    await in_progress(desk, "x\n\ndata: <img src=x onerror=alert(1)>")
    event = await anext(pushed(desk, live.streams()))
    assert "<img" not in event
    assert event.count("\n\n") == 1

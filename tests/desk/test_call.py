"""One call: everything that is kept of it, as text, and its words only when they are opened."""

from datetime import timedelta

import pytest

from bot.records import CallRecord, EndReason
from bot.records.diary import Entry, Event, EventKind, Usage, Who
from tests.bot.records.diary.entries import a_turn, an_event, some_usage
from tests.bot.records.records import NOON, a_call
from tests.desk.desks import ADesk

pytestmark = pytest.mark.unit

HOSTILE = "<script>alert(1)</script>\"'&"


async def keep(desk: ADesk, call: CallRecord, *entries: Entry) -> str:
    """Its page."""
    await desk.records.calls.save(call)
    await desk.records.diaries.write(call.call_id, list(enumerate(entries, start=1)))
    return f"/calls/{call.call_id}"


async def test_a_call_has_its_turns_events_and_costs(desk: ADesk) -> None:
    call = a_call(
        answered_at=NOON, ended_at=NOON + timedelta(seconds=65), end_reason=EndReason.SILENCE
    )
    at = await keep(desk, call, a_turn(gap_s=0.75), an_event(EventKind.BARGE_IN, 12))
    await desk.records.diaries.write(call.call_id, [], [some_usage(1000, 0.02)])
    page = await desk.page(at)
    for text in ("0.75 s", "the caller interrupted Echo", "$0.0200", "1:05", "said goodbye."):
        assert text in page
    assert page.count("<svg") == 2


async def test_a_call_without_a_diary_is_shown_too(desk: ADesk) -> None:
    page = await desk.page(await keep(desk, a_call()))
    assert "The call is in progress." in page


async def test_a_call_that_is_not_there_is_said_in_words(desk: ADesk) -> None:
    answer = await desk.get("/calls/nobody")
    assert answer.status_code == 404
    assert "There is no such call." in answer.text


async def test_why_it_ended_comes_with_its_proof(desk: ADesk) -> None:
    call = a_call(ended_at=NOON, end_reason=EndReason.STORY_FINISHED, error="a wish was noted")
    at = await keep(desk, call, an_event(EventKind.GOODBYE_HEARD, 50))
    page = await desk.page(at)
    assert "Noted: a wish was noted" in page
    assert "12:00:50 the last words were said to their end" in page
    assert "Nobody noted that the telephone was seen gone." in page


async def test_a_model_without_a_price_is_never_free(desk: ADesk) -> None:
    call = a_call()
    at = await keep(desk, call)
    unpriced = Usage(provider="p", model="brand-new", unit="input_text", amount=7)
    await desk.records.diaries.write(call.call_id, [], [unpriced])
    page = await desk.page(at)
    assert "Without a price: brand-new" in page and "no price" in page


# --- words ----------------------------------------------------------------------------------------


async def test_words_are_not_shown_before_they_are_opened(desk: ADesk) -> None:
    page = await desk.page(await keep(desk, a_call(), a_turn(words="the hidden beach")))
    assert "the hidden beach" not in page
    assert "Open the words" in page


async def test_whoever_opens_the_words_is_noted_with_the_call(desk: ADesk) -> None:
    call = a_call()
    at = await keep(desk, call, a_turn(words="the hidden beach"))
    answer = await desk.post(f"{at}/words")
    assert "the hidden beach" in answer.text
    events = (await desk.records.diaries.of(call.call_id)).events
    assert [event.kind for event in events] == [EventKind.WORDS_OPENED]


async def test_words_are_not_opened_by_an_address_alone(desk: ADesk) -> None:
    at = await keep(desk, a_call(), a_turn(words="the hidden beach"))
    assert (await desk.get(f"{at}/words")).status_code == 405
    assert (await desk.client.post(f"{at}/words")).status_code == 403


# --- hostile content ------------------------------------------------------------------------------


async def test_whatever_comes_from_outside_is_shown_as_text(desk: ADesk) -> None:
    call = a_call(from_number=HOSTILE, to_number=HOSTILE, error=HOSTILE, ended_at=NOON)
    event = Event(kind=EventKind.RECEPTION, at=NOON, detail=HOSTILE)
    at = await keep(desk, call, a_turn(words=HOSTILE, who=Who.CALLER), event)
    usage = Usage(provider=HOSTILE, model=HOSTILE, unit=HOSTILE[:32], amount=1)
    await desk.records.diaries.write(call.call_id, [], [usage])
    opened = (await desk.post(f"{at}/words")).text
    for page in (await desk.page("/calls"), await desk.page(at), opened):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_hostile_filters_are_shown_as_text(desk: ADesk) -> None:
    page = await desk.page("/calls?number=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in page

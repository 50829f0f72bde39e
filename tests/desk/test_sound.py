"""The recording of a call: opened by a form, noted, played in parts; no path leads elsewhere."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from bot.records import CallRecord, Records
from bot.records.diary import Event, EventKind
from bot.records.sound.shelf import Shelf
from desk.charts.waveform import waveform
from tests.bot.records.records import NOON, a_call
from tests.desk.desks import ADesk

pytestmark = pytest.mark.unit

SOUND = bytes(range(200))


@pytest.fixture
async def desk(records: Records, tmp_path: Path) -> AsyncIterator[ADesk]:
    async with ADesk(records, recordings=tmp_path / "recordings") as desk:
        yield desk


async def recorded(desk: ADesk) -> CallRecord:
    """A call of a minute whose recording begins after six seconds."""
    call = a_call(call_id=str(uuid4()), ended_at=NOON + timedelta(seconds=60))
    await desk.records.calls.save(call)
    began = Event(kind=EventKind.RECORDING, at=NOON + timedelta(seconds=6))
    await desk.records.diaries.write(call.call_id, [(1, began)])
    shelf = desk.office.recordings
    shelf.sound(call.call_id).parent.mkdir(exist_ok=True)
    shelf.sound(call.call_id).write_bytes(SOUND)
    shelf.levels(call.call_id).write_bytes(bytes([255, 0] * 10 + [0, 255] * 10))
    return call


async def test_it_is_heard_by_whoever_opened_it_and_that_is_noted(desk: ADesk) -> None:
    call = await recorded(desk)
    at = f"/calls/{call.call_id}"
    assert "Open the recording" in await desk.page(at)
    assert "<audio" not in await desk.page(at)
    opened = await desk.post(f"{at}/sound")
    assert f'src="{at}/recording"' in opened.text
    assert 'data-began="6.0"' in opened.text and 'data-length="60.0"' in opened.text
    answer = await desk.get(f"{at}/recording")
    assert (answer.status_code, answer.content) == (200, SOUND)
    assert answer.headers["content-type"] == "audio/ogg"
    events = (await desk.records.diaries.of(call.call_id)).events
    assert EventKind.SOUND_OPENED in {event.kind for event in events}


async def test_a_browser_may_ask_for_a_part(desk: ADesk) -> None:
    call = await recorded(desk)
    await desk.post(f"/calls/{call.call_id}/sound")
    part = await desk.client.get(
        f"/calls/{call.call_id}/recording", headers={"Range": "bytes=50-99"}
    )
    assert (part.status_code, part.content) == (206, SOUND[50:100])
    assert part.headers["content-range"] == "bytes 50-99/200"


async def test_an_address_alone_opens_nothing(desk: ADesk) -> None:
    call = await recorded(desk)
    at = f"/calls/{call.call_id}"
    assert (await desk.get(f"{at}/recording")).status_code == 403
    assert (await desk.get(f"{at}/sound")).status_code == 405
    assert (await desk.client.post(f"{at}/sound")).status_code == 403


async def test_whoever_opened_one_has_not_opened_another(desk: ADesk) -> None:
    mine, other = await recorded(desk), await recorded(desk)
    await desk.post(f"/calls/{mine.call_id}/sound")
    assert (await desk.get(f"/calls/{other.call_id}/recording")).status_code == 403


@pytest.mark.parametrize("name", ["..%2Fcalls", "..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Fpasswd"])
async def test_no_path_leads_out_of_the_folder(desk: ADesk, name: str) -> None:
    await recorded(desk)
    for end in ("sound", "recording"):
        assert (await desk.get(f"/calls/{name}/{end}")).status_code in (403, 404, 405)
    assert (await desk.post(f"/calls/{name}/sound")).status_code == 404


async def test_an_id_that_is_a_path_is_not_followed_though_a_record_has_it(desk: ADesk) -> None:
    # A record that somebody wrote into the database by hand.
    call = a_call(call_id="../calls", ended_at=NOON)
    await desk.records.calls.save(call)
    folder = desk.office.recordings.sound(str(uuid4())).parent
    folder.mkdir()
    (folder.parent / "calls.ogg").write_bytes(b"another's")
    assert (await desk.post("/calls/..%2Fcalls/sound")).status_code == 404


async def test_a_call_without_a_recording_says_so(desk: ADesk) -> None:
    call = a_call(call_id=str(uuid4()), ended_at=NOON)
    await desk.records.calls.save(call)
    assert "There is no recording" in await desk.page(f"/calls/{call.call_id}")
    assert (await desk.post(f"/calls/{call.call_id}/sound")).status_code == 404


async def test_a_recording_without_levels_is_played_all_the_same(desk: ADesk) -> None:
    call = await recorded(desk)
    desk.office.recordings.levels(call.call_id).unlink()
    assert "<audio" in (await desk.post(f"/calls/{call.call_id}/sound")).text


async def test_to_forget_a_number_removes_its_recordings(desk: ADesk) -> None:
    call = await recorded(desk)
    answer = await desk.post("/outbound/forget", number=call.from_number or "")
    assert "2 files of recordings" in answer.text
    assert desk.office.recordings.kept() == []
    assert isinstance(desk.office.recordings, Shelf)


# --- the drawing ----------------------------------------------------------------------------------


def test_the_levels_lie_where_they_were_heard() -> None:
    wave = waveform(bytes([255, 0, 0, 255]), began_s=5.0, length_s=10.0)
    assert wave.caller == "M500.0 -12.0V12.0"
    assert wave.echo == "M510.0 -12.0V12.0"


def test_a_long_call_is_not_drawn_finer_than_it_can_be_seen() -> None:
    wave = waveform(bytes([99, 99]) * 36_000, began_s=0.0, length_s=3600.0)
    assert 900 <= wave.caller.count("M") <= 1100


def test_half_a_pair_at_the_end_is_left_out() -> None:
    assert waveform(bytes([255]), began_s=0.0, length_s=1.0).caller == ""

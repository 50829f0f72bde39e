"""Listening in on a call: noted, for whoever came by the page, and both voices together."""

import numpy as np
import pytest

from bot.records import CallRecord, EndReason
from bot.records.diary import EventKind
from desk.listening import Mix, wav_header
from tests.bot.records.records import NOON, a_call
from tests.desk.desks import SOUND, ADesk

pytestmark = pytest.mark.unit


async def in_progress(desk: ADesk) -> CallRecord:
    call = a_call(answered_at=NOON, ended_at=None)
    await desk.records.calls.save(call)
    return call


async def test_whoever_listens_is_noted_and_hears_the_call(desk: ADesk) -> None:
    call = await in_progress(desk)
    page = await desk.post(f"/live/{call.call_id}/listen")
    assert f'data-sound="/live/{call.call_id}/sound"' in page.text
    sound = await desk.get(f"/live/{call.call_id}/sound")
    assert (sound.headers["content-type"], sound.content) == ("audio/wav", SOUND)
    events = (await desk.records.diaries.of(call.call_id)).events
    assert [event.kind for event in events] == [EventKind.LISTENED_IN]


async def test_nobody_hears_a_call_by_its_address_alone(desk: ADesk) -> None:
    call, other = await in_progress(desk), await in_progress(desk)
    await desk.post(f"/live/{other.call_id}/listen")
    assert (await desk.get(f"/live/{call.call_id}/sound")).status_code == 403
    assert (await desk.get(f"/live/{call.call_id}/listen")).status_code == 405
    assert (await desk.client.post(f"/live/{call.call_id}/listen")).status_code == 403
    assert (await desk.records.diaries.of(call.call_id)).events == ()


async def test_a_call_that_is_over_cannot_be_heard(desk: ADesk) -> None:
    call = a_call(ended_at=NOON, end_reason=EndReason.SILENCE)
    await desk.records.calls.save(call)
    assert (await desk.post(f"/live/{call.call_id}/listen")).status_code == 404


async def test_a_room_that_cannot_be_joined_is_said(desk: ADesk) -> None:
    call = await in_progress(desk)
    await desk.post(f"/live/{call.call_id}/listen")
    desk.door_is_closed = True
    answer = await desk.get(f"/live/{call.call_id}/sound")
    assert answer.status_code == 502 and "could not be joined" in answer.text


# --- sound ----------------------------------------------------------------------------------------


def samples(*values: int) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    return np.array(values, np.int16)


def taken(mix: Mix, count: int) -> list[int]:
    return [int(each) for each in np.frombuffer(mix.take(count), np.int16)]


def test_two_voices_are_heard_together() -> None:
    mix = Mix()
    mix.add("caller", samples(100, 200, 300))
    mix.add("echo", samples(1, 2, 3))
    assert taken(mix, 3) == [101, 202, 303]


def test_a_voice_that_is_late_is_silent_and_loses_nothing() -> None:
    mix = Mix()
    mix.add("caller", samples(1, 2, 3, 4))
    mix.add("echo", samples(10))
    assert taken(mix, 2) == [11, 2]
    mix.add("echo", samples(20))
    assert taken(mix, 2) == [23, 4]


def test_loud_voices_together_do_not_wrap_around() -> None:
    mix = Mix()
    mix.add("caller", samples(30_000, -30_000))
    mix.add("echo", samples(30_000, -30_000))
    assert taken(mix, 2) == [32_767, -32_768]


def test_what_nobody_reads_does_not_pile_up() -> None:
    mix = Mix()
    for _ in range(100):
        mix.add("caller", np.ones(1600, np.int16))
    assert sum(taken(mix, 16_000)) == 8000


def test_a_voice_that_left_is_forgotten() -> None:
    mix = Mix()
    mix.add("caller", samples(1, 2))
    mix.forget("caller")
    mix.forget("nobody")
    assert taken(mix, 2) == [0, 0]


def test_the_header_is_one_that_players_know() -> None:
    header = wav_header()
    assert (header[:4], header[8:16], header[36:40], len(header)) == (
        b"RIFF",
        b"WAVEfmt ",
        b"data",
        44,
    )
    assert int.from_bytes(header[24:28], "little") == 16_000

"""A worker that records: the caller is told, both sides are there, an objection deletes them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import av
import numpy as np
import pytest
import pytest_asyncio
from numpy.typing import NDArray

from bot.records import CallRecord, Records
from bot.records.diary import CallDiary, EventKind, Turn, Who
from bot.records.sound.shelf import Shelf
from tests.bot.telemetry.collector import Collector, collecting, values
from tests.e2e.house import House, TestCall, assert_heard, hear_until

pytestmark = pytest.mark.e2e

RATE_HZ = 48_000
# Louder than the noise of an empty line, and quieter than anybody speaks.
LOUD = 500
# Where the diary says that somebody begins, and where they are heard.
NEAR_S = 0.1


@pytest_asyncio.fixture
async def records(house: House) -> AsyncIterator[Records]:
    await house.use_worker(STORYLINE_RECORD="1")
    async with Records.open(house.stack.database_url) as records:
        yield records


def shelf(house: House) -> Shelf:
    return Shelf(house.stack.run_dir / "recordings")


def decode(path: Path) -> NDArray[np.int16]:
    """Shape (2, samples) at `RATE_HZ`."""
    with av.open(str(path)) as container:
        to_stereo = av.AudioResampler("s16p", "stereo", RATE_HZ)
        frames = [out for frame in container.decode(audio=0) for out in to_stereo.resample(frame)]
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1).astype(np.int16)


def first_sound_s(side: NDArray[np.int16], after_s: float) -> float:
    """When somebody is heard at last, from a moment on."""
    start = round(after_s * RATE_HZ)
    return float(start + np.argmax(np.abs(side[start:].astype(np.int32)) > LOUD)) / RATE_HZ


def began(diary: CallDiary, kind: EventKind) -> datetime:
    return next(event.at for event in diary.events if event.kind is kind)


def turns_after(diary: CallDiary, who: Who, moment: datetime) -> list[Turn]:
    return [turn for turn in diary.turns if turn.who is who and turn.began_at >= moment]


async def hear_greeting(call: TestCall) -> None:
    """All of it: between the notice and the question there may be a pause."""
    assert_heard(await call.hear_until("calling"), "recorded")
    await call.phone.wait_for_silence(0.8, 30.0)


async def test_both_sides_are_recorded_when_the_diary_says(house: House, records: Records) -> None:
    async with house.ring() as call:
        await hear_greeting(call)
        await call.phone.say("Hi, I'm Peter from Berlin.")
        await call.hear(20.0)
        await call.phone.hang_up()
        record: CallRecord = await call.record()
    diary = await records.diaries.of(record.call_id)
    recording = began(diary, EventKind.RECORDING)
    caller, echo = decode(shelf(house).sound(record.call_id))
    assert record.ended_at is not None
    length_s = (record.ended_at - recording).total_seconds()
    assert len(caller) / RATE_HZ == pytest.approx(length_s, abs=1.0)
    mine = turns_after(diary, Who.CALLER, recording)[0]
    at_s = (mine.began_at - recording).total_seconds()
    assert np.abs(caller[round(at_s * RATE_HZ) :][:RATE_HZ]).max() > 4 * LOUD
    story = turns_after(diary, Who.ECHO, mine.began_at)[0]
    at_s = (story.began_at - recording).total_seconds()
    assert first_sound_s(echo, at_s - 0.3) == pytest.approx(at_s, abs=NEAR_S)


async def test_whoever_objects_is_heard_on_and_nothing_is_kept(house: House) -> None:
    async with collecting() as collector:
        await house.use_worker(STORYLINE_RECORD="1", OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
        async with house.ring() as call:
            await hear_greeting(call)
            await call.phone.say("Please do not record this.")
            await hear_until(call.phone, "deleted")
            await call.phone.wait_for_silence(1.5, 30.0)
            [record] = await house.store.open_calls()
            assert not shelf(house).has(record.call_id)
            await call.phone.say("I'm Peter from Berlin.")
            await call.phone.wait_for_speech(20.0)
            await call.phone.hang_up()
            record = await call.record()
        assert record.call_id not in {each.call_id for each in shelf(house).kept()}
        async with Records.open(house.stack.database_url) as records:
            diary = await records.diaries.of(record.call_id)
        assert EventKind.RECORDING_REFUSED in {event.kind for event in diary.events}
        await until_its_process_has_ended(collector)
    assert_traced(collector, record)


async def until_its_process_has_ended(collector: Collector) -> None:
    """LiveKit's span of the whole job is the last one."""
    async with asyncio.timeout(15):
        await collector.wait_named("job_entrypoint")


def assert_traced(collector: Collector, record: CallRecord) -> None:
    """Every span says which call it belongs to, and none what was said, or by whom."""
    names = {span.name for span in collector.spans}
    assert {"call", "agent_session", "user_turn", "agent_turn", "tts_node"} <= names
    for span in collector.spans:
        assert values(span.attributes)["storyline.call_id"] == record.call_id, span.name
    assert record.from_number is not None
    for private in ("Peter", "Berlin", "record this", "storyteller, ", record.from_number[1:]):
        assert private.encode() not in collector.raw, private

"""The record of one call: there from the first moment, alive while the call is, closed once."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import pytest

from bot.records import (
    CallRecord,
    CallRecorder,
    CallStore,
    DatabaseUnavailable,
    EndReason,
    Records,
)
from bot.records import recorder as module
from bot.records.diary import Who
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit


class WrittenDown(CallStore):
    """Keeps what is saved in memory; `is_down` makes it refuse, `closed_by_other` lose the race."""

    def __init__(self) -> None:
        self.saved: list[CallRecord] = []
        self.attempts = 0
        self.is_down = False
        self.closed_by_other = False
        self._attempt = asyncio.Condition()

    async def save(self, record: CallRecord) -> bool:
        async with self._attempt:
            self.attempts += 1
            self._attempt.notify_all()
        if self.is_down:
            raise DatabaseUnavailable("down for the test")
        if self.closed_by_other:
            return False
        self.saved.append(record)
        return True

    async def get(self, call_id: str) -> CallRecord | None:
        return self.saved[-1] if self.saved else None

    async def until_attempts(self, more: int) -> None:
        target = self.attempts + more
        async with asyncio.timeout(5), self._attempt:
            await self._attempt.wait_for(lambda: self.attempts >= target)


class Clock:
    """A wall clock that goes one second forward every time somebody looks at it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@asynccontextmanager
async def recording(
    store: CallStore, record: CallRecord, beat_s: float = 0.01
) -> AsyncIterator[CallRecorder]:
    async with CallRecorder(store, record, beat_s=beat_s, clock=Clock()) as recorder:
        await recorder.wait_written()
        yield recorder


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_WRITE_S", 0.01)
    monkeypatch.setattr(module, "_WRITE_S", 0.05)
    monkeypatch.setattr(module, "_LAST_WRITES_S", 0.3)
    monkeypatch.setattr(module, "_RETRY_S", (0.001, 0.001))


async def test_the_record_exists_before_the_call_goes_on(store: CallStore) -> None:
    call = a_call()
    async with recording(store, call) as recorder:
        found = await store.get(call.call_id)
        assert found is not None and found.is_open
        await recorder.close(EndReason.STORY_FINISHED)


async def test_every_beat_renews_the_lease() -> None:
    store = WrittenDown()
    async with recording(store, a_call(lease_until=None)) as recorder:
        await store.until_attempts(2)
        await recorder.close(EndReason.STORY_FINISHED)
    leases = [record.lease_until for record in store.saved if record.is_open]
    assert None not in leases
    assert leases == sorted(set(leases), key=str)
    assert len(leases) >= 3


async def test_an_update_is_written_without_waiting_for_the_beat() -> None:
    store = WrittenDown()
    async with recording(store, a_call(), beat_s=3600) as recorder:
        recorder.update(turns=4)
        await store.until_attempts(1)
        assert store.saved[-1].turns == 4
        await recorder.close(EndReason.STORY_FINISHED)


async def test_the_first_reason_stays(store: CallStore) -> None:
    call = a_call()
    async with recording(store, call) as recorder:
        await asyncio.gather(
            recorder.close(EndReason.TIME_LIMIT), recorder.close(EndReason.CALLER_HUNG_UP)
        )
        recorder.update(turns=99)
    found = await store.get(call.call_id)
    assert found is not None
    assert (found.end_reason, found.turns, found.lease_until) == (EndReason.TIME_LIMIT, 0, None)


async def test_what_was_known_at_the_end_is_in_the_closed_record(store: CallStore) -> None:
    call = a_call()
    async with recording(store, call, beat_s=3600) as recorder:
        recorder.update(turns=5, answered_at=NOON)
        await recorder.close(EndReason.PROVIDER_FAILURE, "no voice for +12025550123")
    found = await store.get(call.call_id)
    assert found is not None
    assert (found.turns, found.answered_at) == (5, NOON)
    assert found.error == "no voice for +1•••••0123"


async def test_a_call_that_raises_has_failed_and_says_why(store: CallStore) -> None:
    call = a_call()
    with pytest.raises(RuntimeError):
        async with recording(store, call):
            raise RuntimeError("no such voice")
    found = await store.get(call.call_id)
    assert found is not None
    assert (found.end_reason, found.error) == (EndReason.FAILED, "RuntimeError: no such voice")
    assert found.is_open, "nobody has said that the caller was hung up on"


async def test_what_was_noted_of_a_failure_is_masked_and_stays(store: CallStore) -> None:
    call = a_call()
    async with recording(store, call, beat_s=3600) as recorder:
        recorder.update(error="tts_error: refused for +12025550123")
        await recorder.close(EndReason.STORY_FINISHED)
    found = await store.get(call.call_id)
    assert found is not None
    assert found.error == "tts_error: refused for +1•••••0123"


async def test_a_cancelled_call_is_left_to_the_guardian(store: CallStore) -> None:
    call = a_call()
    is_talking = asyncio.Event()

    async def talk() -> None:
        async with recording(store, call):
            is_talking.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(talk())
    await is_talking.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    found = await store.get(call.call_id)
    assert found is not None and found.end_reason is EndReason.FAILED
    assert found.is_open, "nobody has said that the caller was hung up on"


@pytest.mark.usefixtures("short_patience")
async def test_a_call_goes_on_while_the_database_is_down_and_is_written_later() -> None:
    store = WrittenDown()
    store.is_down = True
    async with recording(store, a_call()) as recorder:
        await store.until_attempts(3)
        store.is_down = False
        recorder.update(turns=2)
        await store.until_attempts(2)
        await recorder.close(EndReason.STORY_FINISHED)
    assert store.saved[-1].end_reason is EndReason.STORY_FINISHED
    assert store.saved[-1].turns == 2


@pytest.mark.looptime
@pytest.mark.asyncio(loop_scope="function")
async def test_a_database_that_is_away_as_the_call_ends_still_learns_why() -> None:
    store = WrittenDown()
    async with recording(store, a_call(), beat_s=1.0) as recorder:
        store.is_down = True
        asyncio.get_running_loop().call_later(12, setattr, store, "is_down", False)
        await recorder.close(EndReason.STORY_FINISHED)
    assert store.saved[-1].end_reason is EndReason.STORY_FINISHED
    assert store.saved[-1].ended_at is not None


@pytest.mark.usefixtures("short_patience")
async def test_a_record_that_cannot_be_stored_goes_whole_to_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = WrittenDown()
    store.is_down = True
    call = a_call()
    with caplog.at_level(logging.ERROR):
        async with recording(store, call) as recorder:
            await recorder.close(EndReason.SILENCE)
    (line,) = [each for each in caplog.records if each.message == "call record not stored"]
    stored = json.loads(json.dumps(vars(line)["record"]))
    assert stored["call_id"] == call.call_id
    assert stored["end_reason"] == "silence"
    assert stored["started_at"] == NOON.isoformat()


@pytest.mark.usefixtures("short_patience")
async def test_a_database_that_hangs_delays_neither_the_start_nor_the_end_for_long() -> None:
    class Hangs(WrittenDown):
        async def save(self, record: CallRecord) -> bool:
            await asyncio.Event().wait()
            return True

    async with asyncio.timeout(2), recording(Hangs(), a_call()) as recorder:
        await recorder.close(EndReason.STORY_FINISHED)


async def test_a_record_somebody_else_closed_stays_closed(
    store: CallStore, caplog: pytest.LogCaptureFixture
) -> None:
    call = a_call()
    async with recording(store, call, beat_s=3600) as recorder:
        await store.close_if_open(call.call_id, EndReason.CRASHED, NOON)
        await recorder.close(EndReason.STORY_FINISHED)
    found = await store.get(call.call_id)
    assert found is not None and found.end_reason is EndReason.CRASHED
    assert "closed by somebody else" in caplog.text


async def test_a_call_left_to_the_guardian_stays_open_with_its_reason_and_without_lease(
    store: CallStore,
) -> None:
    call = a_call()
    async with recording(store, call) as recorder:
        await recorder.leave_to_guardian(EndReason.TIME_LIMIT, "room not deleted")
    found = await store.get(call.call_id)
    assert found is not None and found.is_open
    assert (found.end_reason, found.lease_until) == (EndReason.TIME_LIMIT, None)


async def test_nothing_is_left_running() -> None:
    before = asyncio.all_tasks()
    async with recording(WrittenDown(), a_call()) as recorder:
        await recorder.close(EndReason.STORY_FINISHED)
    assert asyncio.all_tasks() == before


async def test_a_cancellation_while_closing_does_not_lose_the_end() -> None:
    class Slow(WrittenDown):
        def __init__(self) -> None:
            super().__init__()
            self.may_go_on = asyncio.Event()
            self.is_ending = asyncio.Event()

        async def save(self, record: CallRecord) -> bool:
            if not record.is_open:
                self.is_ending.set()
                await self.may_go_on.wait()
            return await super().save(record)

    store = Slow()
    async with recording(store, a_call()) as recorder:
        closing = asyncio.create_task(recorder.close(EndReason.STORY_FINISHED))
        await store.is_ending.wait()
        closing.cancel()
        with suppress(asyncio.CancelledError):
            await closing
        store.may_go_on.set()
    assert store.saved[-1].end_reason is EndReason.STORY_FINISHED


async def test_who_speaks_is_written_with_the_next_beat_and_nobody_does_after_the_end() -> None:
    written = WrittenDown()
    async with recording(written, a_call()) as recorder:
        recorder.speaks(Who.ECHO)
        since = recorder.record.speaking_since
        recorder.speaks(Who.ECHO)  # as before: since when does not change
        await written.until_attempts(2)
        assert since is not None
        assert (written.saved[-1].speaking, written.saved[-1].speaking_since) == (Who.ECHO, since)
        recorder.speaks(None)
        await written.until_attempts(2)
        assert (written.saved[-1].speaking, written.saved[-1].speaking_since) == (None, None)
        recorder.speaks(Who.CALLER)
        await recorder.close(EndReason.SILENCE)
        recorder.speaks(Who.ECHO)
    assert written.saved[-1].speaking is None
    assert recorder.record.speaking is None


# --- another process has the call -----------------------------------------------------------------


async def test_a_process_learns_from_its_record_that_another_one_goes_on(records: Records) -> None:
    call = a_call(job_id="AJ_1")
    async with recording(records.calls, call) as recorder:
        ticket = await records.threads.ask(call, is_certain=True)
        assert ticket is not None
        async with asyncio.timeout(5):
            await recorder.wait_lost()
        await recorder.close(EndReason.FAILED, "stuck")
    found = await records.calls.get(call.call_id)
    assert found is not None
    assert (found.job_id, found.is_open, found.error) == (ticket, True, None)


async def test_whose_a_call_is_can_be_asked_at_once(records: Records) -> None:
    call = a_call(job_id="AJ_1")
    recorder = CallRecorder(records.calls, call)
    assert not await recorder.is_taken(), "not written yet"
    await records.calls.save(call)
    assert not await recorder.is_taken()
    await records.threads.ask(call, is_certain=True)
    assert await recorder.is_taken()


async def test_a_database_that_does_not_say_leaves_the_call_where_it_is() -> None:
    class Away(WrittenDown):
        async def get(self, call_id: str) -> CallRecord | None:
            raise DatabaseUnavailable("away")

    assert not await CallRecorder(Away(), a_call()).is_taken()

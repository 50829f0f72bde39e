"""A job whose worker has died asks for another one, and stays until that has come."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest
from livekit import api

from bot.call.takeover import passing as module
from bot.call.takeover.asked import read_asked
from bot.call.takeover.passing import Passing
from bot.records import CallRecorder, Records
from bot.records.thread import Thread, is_ticket
from tests.bot.records.records import NOON, a_call

pytestmark = pytest.mark.unit

CALL = a_call(job_id="AJ_1")


@dataclass
class FakeJob:
    """A job with LiveKit, which sends `next_job` to whatever is asked for."""

    records: Records
    next_job: str | None = "AJ_2"
    error: Exception | None = None
    asked: list[Any] = field(default_factory=list)

    @property
    def api(self) -> Any:
        return SimpleNamespace(agent_dispatch=self)

    @property
    def job(self) -> Any:
        return SimpleNamespace(agent_name="echo", room=SimpleNamespace(name="room"))

    async def create_dispatch(self, request: Any) -> None:
        if self.error is not None:
            raise self.error
        self.asked.append(request)
        told = read_asked(request.metadata)
        if told is not None and self.next_job is not None:
            assert await self.records.threads.take(told.call_id, told.ticket, self.next_job)


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_COMES_S", 0.5)
    monkeypatch.setattr(module, "_LOOK_S", 0.01)


async def passed_on(records: Records, job: FakeJob, *, thread: bool = True) -> tuple[bool, bool]:
    """Whether the call was passed on, and whether the job knows that it is not its own now."""
    await records.calls.save(CALL)
    if thread:
        await records.threads.keep(CALL, Thread(), NOON)
    recorder = CallRecorder(records.calls, CALL)
    return await Passing(cast(Any, job), records, recorder).pass_on(), recorder.is_lost


async def test_another_job_comes_and_has_the_call(records: Records) -> None:
    job = FakeJob(records)
    assert await passed_on(records, job) == (True, True)
    [asked] = job.asked
    assert (asked.agent_name, asked.room) == ("echo", "room")
    found = await records.calls.get(CALL.call_id)
    assert found is not None and found.job_id == "AJ_2"


async def test_where_nobody_comes_the_job_has_to_hang_up_itself(records: Records) -> None:
    assert await passed_on(records, FakeJob(records, next_job=None)) == (False, False)
    found = await records.calls.get(CALL.call_id)
    assert found is not None and is_ticket(found.job_id)


async def test_a_livekit_that_is_away_is_nobody(records: Records) -> None:
    away = api.ServerError("unavailable", "away", status=503)
    assert await passed_on(records, FakeJob(records, error=away)) == (False, False)


async def test_a_call_of_which_nothing_is_kept_is_not_passed_on(records: Records) -> None:
    job = FakeJob(records)
    assert await passed_on(records, job, thread=False) == (False, False)
    assert job.asked == []


async def test_a_watch_that_was_quicker_has_asked_already(records: Records) -> None:
    await records.calls.save(CALL)
    await records.threads.keep(CALL, Thread(), NOON)
    assert await records.threads.ask(CALL, is_certain=True)
    recorder = CallRecorder(records.calls, CALL)
    assert await Passing(cast(Any, FakeJob(records)), records, recorder).pass_on()
    assert recorder.is_lost


async def test_waiting_for_another_job_has_a_limit(records: Records) -> None:
    async with asyncio.timeout(5):
        await passed_on(records, FakeJob(records, next_job=None))
